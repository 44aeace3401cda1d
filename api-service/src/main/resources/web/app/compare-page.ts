import { html, nothing, type TemplateResult } from 'lit';
import { api, type Job } from './api';
import { between, bytes, duration, perplexity, ratio, UNKNOWN } from './format';
import { Page } from './page';
import { stateChip } from './parts';

type Row = [string, (job: Job) => unknown];

const FIGURES: Row[] = [
  ['State', job => stateChip(job)],
  ['Size', job => bytes(job.artifactBytes)],
  ['Took', job => duration(job.startedAt ? between(job.startedAt, job.finishedAt) : undefined)],
];

/** Two to ten jobs side by side: what was asked differently, and what came of it. */
class ComparePage extends Page {
  static properties = { ...Page.properties, query: {}, jobs: { state: true } };
  declare query: string;
  declare jobs?: Job[];

  protected async load() {
    const ids = (new URLSearchParams(this.query).get('ids') ?? '').split(',').filter(Boolean).slice(0, 10);
    this.jobs = await Promise.all(ids.map(id => api.job(id)));
    document.title = 'Comparison · BiSup';
  }

  protected pause() {
    return 10000;
  }

  render() {
    const jobs = this.jobs;
    return html`<div class="titlebar"><h1>Comparison</h1></div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      ${jobs === undefined ? html`<p class="quiet">Loading…</p>` : jobs.length < 2
        ? html`<p class="quiet">Tick two or more jobs in the <a href="#/">list</a>.</p>` : this.tables(jobs)}`;
  }

  private tables(jobs: Job[]): TemplateResult {
    const head = html`<thead><tr><td></td>${jobs.map(j => html`<th scope="col"><a href="#/jobs/${j.id}">${j.model} ${j.code}</a><small>${j.recipe}</small></th>`)}</tr></thead>`;
    const differing = this.differing(jobs);
    return html`
      <section class="card"><h2>Figures</h2><div class="scroll"><table class="compare">${head}<tbody>
        ${FIGURES.map(([name, value]) => this.row(name, jobs, value))}
        ${this.protocols(jobs).map(p => html`<tr><th scope="row">${p}<small>perplexity, × FP</small></th>${jobs.map(j => {
          const m = j.measurements.find(r => protocol(r.quantized) === p);
          return html`<td>${m ? html`<strong>${perplexity(m.quantized.perplexity)}</strong> ${ratio(m.ratio)}` : UNKNOWN}</td>`;
        })}</tr>`)}</tbody></table></div>
        <p class="quiet">A row holds one data set, protocol, window and digest: figures in different rows do not compare.</p></section>
      <section class="card"><h2>What was asked differently</h2>${differing.length === 0 ? html`<p class="quiet">Nothing.</p>` : html`
        <div class="scroll"><table class="compare">${head}<tbody>${differing.map(([path, values]) => html`<tr><th scope="row"><code>${path}</code></th>
          ${values.map(v => html`<td>${v ?? UNKNOWN}</td>`)}</tr>`)}</tbody></table></div>`}</section>`;
  }

  private row(name: string, jobs: Job[], value: (job: Job) => unknown): TemplateResult {
    return html`<tr><th scope="row">${name}</th>${jobs.map(j => html`<td>${value(j)}</td>`)}</tr>`;
  }

  private protocols(jobs: Job[]): string[] {
    return [...new Set(jobs.flatMap(j => j.measurements.map(m => protocol(m.quantized))))].sort();
  }

  private differing(jobs: Job[]): [string, (string | undefined)[]][] {
    const flat = jobs.map(j => flatten({ model: j.modelDigest.slice(0, 12), data: j.calibrationSha256.slice(0, 12), ...j.resolvedRecipe }));
    return [...new Set(flat.flatMap(f => [...f.keys()]))].sort()
      .map(path => [path, flat.map(f => f.get(path))] as [string, (string | undefined)[]])
      .filter(([, values]) => new Set(values).size > 1);
  }
}

function protocol(p: { dataset: string; protocol: string; window: number; datasetSha256: string }): string {
  return `${p.dataset}, ${p.protocol}, window ${p.window} (${p.datasetSha256.slice(0, 8)})`;
}

/** Leaves by their path, as training.epochs. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === 'object') {
    Object.entries(value).forEach(([k, v]) => flatten(v, path ? `${path}.${k}` : k, into));
  } else {
    into.set(path, String(value));
  }
  return into;
}
customElements.define('bisup-compare-page', ComparePage);
