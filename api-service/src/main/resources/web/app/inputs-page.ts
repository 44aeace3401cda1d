import { html, nothing, type TemplateResult } from 'lit';
import { api, type Dataset, type JobSummary, type Model, type Quotas } from './api';
import { ago, bytes, short, UNKNOWN, words } from './format';
import { Page } from './page';
import { copyable, progressBar, stateChip } from './parts';

/** Models and data sets that jobs may name. */
class InputsPage extends Page {
  static properties = { ...Page.properties, models: { state: true }, datasets: { state: true } };
  declare models?: Model[];
  declare datasets?: Dataset[];

  protected async load() {
    [this.models, this.datasets] = await Promise.all([api.models(), api.datasets()]);
    document.title = 'Models and data · BiSup';
  }

  protected pause() {
    return 15000;
  }

  render() {
    return html`<div class="titlebar"><h1>Models and data sets</h1></div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      ${this.models && this.datasets ? html`${this.modelTable(this.models)}${this.datasetTable(this.datasets)}` : html`<p class="quiet">Loading…</p>`}`;
  }

  private modelTable(models: Model[]): TemplateResult {
    return html`<section class="card"><h2>Models</h2>${models.length === 0
      ? html`<p class="quiet">None yet: <code>./bisup models add NAME FOLDER</code></p>` : html`
      <div class="scroll"><table><thead><tr><th>Name</th><th>Architecture</th><th class="num">Blocks</th><th class="num">Parameters</th>
        <th class="num">Size</th><th>Digest</th><td></td></tr></thead><tbody>${models.map(m => html`<tr><th scope="row">${m.name}</th>
        <td>${m.architecture}</td><td class="num">${m.blocks}</td><td class="num">${m.parameters.toLocaleString('en')}</td>
        <td class="num">${bytes(m.bytes)}</td><td>${copyable(m.digest, short(m.digest))}</td>
        <td><a href="#/new?model=${m.name}">Quantize ${m.name}</a></td></tr>`)}</tbody></table></div>`}</section>`;
  }

  private datasetTable(datasets: Dataset[]): TemplateResult {
    return html`<section class="card"><h2>Data sets</h2>${datasets.length === 0
      ? html`<p class="quiet">None yet: <code>./bisup datasets add NAME FILE</code></p>` : html`
      <div class="scroll"><table><thead><tr><th>Name</th><th>Holds</th><th>Format</th><th class="num">Size</th><th>SHA-256</th></tr></thead>
      <tbody>${datasets.map(d => html`<tr><th scope="row">${d.name}</th><td>${holds(d)}</td><td>${words(d.format)}</td>
        <td class="num">${bytes(d.bytes)}</td><td>${copyable(d.sha256, short(d.sha256))}</td></tr>`)}</tbody></table></div>`}</section>`;
  }
}
customElements.define('bisup-inputs-page', InputsPage);

/** What is in a data set; a dash where it was registered before that was kept. */
function holds(dataset: Dataset): string {
  const schema = dataset.schema;
  return schema === undefined ? UNKNOWN : schema.kind === 'TASK' ? `rows of ${schema.task}` : words(schema.kind);
}

/** Who works, and on what: the workers of the tenant's unfinished jobs. */
class WorkersPage extends Page {
  static properties = { ...Page.properties, jobs: { state: true }, quotas: { state: true } };
  declare jobs?: JobSummary[];
  declare quotas?: Quotas;

  protected async load() {
    const [page, quotas] = await Promise.all([
      api.jobs(['QUEUED', 'RUNNING', 'EVALUATING', 'CANCELLING', 'PAUSED']), api.quotas()]);
    this.jobs = page.items;
    this.quotas = quotas;
    document.title = 'Workers and queue · BiSup';
  }

  protected pause() {
    return document.hidden ? 15000 : 2000;
  }

  render() {
    const jobs = this.jobs;
    const trouble = this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing;
    if (!jobs || !this.quotas) {
      return html`<div class="titlebar"><h1>Workers and queue</h1></div>${trouble}<p class="quiet">Loading…</p>`;
    }
    const busy = jobs.filter(j => j.state === 'RUNNING' || j.state === 'EVALUATING' || j.state === 'CANCELLING');
    const waiting = jobs.filter(j => j.state === 'QUEUED').reverse();
    return html`<div class="titlebar"><h1>Workers and queue</h1></div>${trouble}
      <p class="verdict">${busy.length} at work, ${waiting.length} waiting; ${this.quotas.liveJobs} of ${this.quotas.maxLiveJobs} unfinished jobs allowed for ${this.quotas.tenant}.</p>
      <section class="card"><h2>At work</h2>${busy.length === 0 ? html`<p class="quiet">No worker has a job of this tenant.</p>` : html`
        <div class="scroll"><table><thead><tr><th>Worker</th><th>Job</th><th>State</th><th>Blocks</th><th class="num">Heard</th></tr></thead>
        <tbody>${busy.map(j => html`<tr><th scope="row">${j.state === 'EVALUATING' ? 'evaluator' : j.workerId ?? '–'}</th>
          <td><a href="#/jobs/${j.id}">${j.model} ${j.code}</a></td><td>${stateChip(j)}</td><td>${progressBar(j)}</td>
          <td class="num">${ago(j.progress?.updatedAt ?? j.updatedAt)}</td></tr>`)}</tbody></table></div>`}</section>
      <section class="card"><h2>Waiting, oldest first</h2>${waiting.length === 0 ? html`<p class="quiet">Nothing waits.</p>` : html`
        <div class="scroll"><table><thead><tr><th class="num">Place</th><th>Job</th><th>Why</th><th class="num">Submitted</th></tr></thead>
        <tbody>${waiting.map((j, i) => html`<tr><td class="num">${i + 1}</td><td><a href="#/jobs/${j.id}">${j.model} ${j.code}</a></td>
          <td>${j.attempt > 0 ? `attempt ${j.attempt} ended${j.failure ? ` (${words(j.failure.code)})` : ''}` : 'no worker is free'}</td>
          <td class="num">${ago(j.submittedAt)}</td></tr>`)}</tbody></table></div>`}</section>`;
  }
}
customElements.define('bisup-workers-page', WorkersPage);
