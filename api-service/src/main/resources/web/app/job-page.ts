import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { api, key, type Attempt, type BlockReport, type Evaluation, type Job, type JobEvent, type Manifest, type QueueContext, type Score, TERMINAL } from './api';
import './charts';
import './error-map-card';
import './exports-card';
import { ago, between, bytes, duration, short, time, UNKNOWN } from './format';
import { artifact, blockTable, events, lossSeries, relativeSeries } from './job-parts';
import { Page } from './page';
import { copyable, eta, progressBar, stateChip } from './parts';
import { divergences, perplexities, tasks } from './score-tables';
import { attempts, timeline } from './timeline';
import { verdict } from './verdict';

const EVENTS_KEPT = 1000;

/** One job, live: the event stream says when to look again, and looking now and then finds what it missed. */
class JobPage extends Page {
  static properties = { ...Page.properties, jobId: {}, job: { state: true }, live: { state: true } };
  declare jobId: string;
  declare job?: Job;
  declare live: boolean;
  private blocks: BlockReport[] = [];
  private attempts: Attempt[] = [];
  private events: JobEvent[] = [];
  private manifest?: Manifest;
  private queue?: QueueContext;
  private evaluation?: Evaluation;
  private scores: Score[] = [];
  private stream?: EventSource;
  private soon?: ReturnType<typeof setTimeout>;
  /** One key a page: a second press is no second job. */
  private key = crypto.randomUUID();

  disconnectedCallback() {
    super.disconnectedCallback();
    this.hush();
  }

  protected async load() {
    const id = this.jobId;
    const [job, blocks, tries, news] = await Promise.all([
      api.job(id), api.blocks(id), api.attempts(id), api.events(id, this.events.at(-1)?.sequence ?? 0)]);
    this.blocks = blocks;
    this.attempts = tries;
    this.events = [...this.events, ...news.events].slice(-EVENTS_KEPT);
    if (job.artifactDigest && !this.manifest) {
      this.manifest = await api.manifest(id);
    }
    this.queue = job.state === 'QUEUED' ? await api.queue(id) : undefined;
    const evaluation = job.artifactDigest ? (await api.evaluations(id)).at(-1) : undefined;
    this.evaluation = job.state === 'EVALUATING' ? evaluation : undefined;
    this.scores = evaluation?.scores ?? [];
    this.job = job;
    this.requestUpdate();
    document.title = `${job.model} ${job.code} · BiSup`;
    if (TERMINAL.includes(job.state)) {
      this.hush();
    } else if (!this.stream && !key.get()) {
      // An event source sends no key: with one, the page looks every two seconds instead.
      this.listen(job.lastSequence);
    }
  }

  protected pause() {
    return this.job && TERMINAL.includes(this.job.state) ? undefined : this.live ? 4000 : 2000;
  }

  protected willUpdate(changed: PropertyValues) {
    if (changed.get('jobId') !== undefined) {
      this.hush();
      Object.assign(this, { key: crypto.randomUUID(), queue: undefined, evaluation: undefined, scores: [], job: undefined, blocks: [], attempts: [], events: [], manifest: undefined });
      void this.refresh();
    }
  }

  private listen(after: number) {
    this.stream = new EventSource(api.eventsUrl(this.jobId, after));
    this.stream.onopen = () => { this.live = true; };
    this.stream.onerror = () => { this.live = false; };
    for (const type of ['STATE_CHANGED', 'PROGRESS', 'BLOCK_COMMITTED', 'CHECKPOINT_DISCARDED', 'CHANGED', 'EVALUATED', 'ATTEMPT_LOST']) {
      this.stream.addEventListener(type, () => {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => void this.refresh(), 150);
      });
    }
  }

  private hush() {
    this.stream?.close();
    this.stream = undefined;
    this.live = false;
    clearTimeout(this.soon);
  }

  private ask() {
    this.querySelector<HTMLDialogElement>('dialog')?.showModal();
  }

  private answered(e: Event) {
    const dialog = e.currentTarget as HTMLDialogElement;
    if (dialog.returnValue === 'cancel-job') {
      void this.command('cancel');
    }
    dialog.returnValue = '';
  }

  private async command(verb: 'cancel' | 'pause' | 'resume') {
    try {
      await api.command(this.jobId, verb);
    } catch (e) {
      this.trouble = (e as Error).message;
      return;
    }
    await this.refresh();
  }

  private async retry() {
    try {
      location.hash = `#/jobs/${(await api.retry(this.jobId, this.key)).id}`;
    } catch (e) {
      this.trouble = (e as Error).message;
    }
  }

  render() {
    const job = this.job;
    const trouble = this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing;
    if (!job) {
      return html`${trouble}<p class="quiet">${this.trouble ? '' : 'Loading…'}</p>`;
    }
    return html`${this.title_(job)}${trouble}
      <p class="verdict" role="status">${verdict(job, this.queue, this.evaluation)}</p>
      ${job.failure && job.state !== 'SUCCEEDED' && job.state !== 'CANCELLED' ? this.failure(job) : nothing}
      <section class="card" aria-label="Progress">${timeline(job)}
        <div class="gauge">${progressBar(job)}<span class="quiet">${TERMINAL.includes(job.state) ? '' : `time left ${eta(job)}`}</span></div></section>
      ${this.charts(job)}${this.results(job)}${this.errorMap(job)}${artifact(job, this.manifest)}
      ${this.manifest ? html`<bisup-exports .artifact=${job.id}></bisup-exports>` : nothing}
      <div class="two">${this.facts(job)}
        <section class="card"><h2>Attempts</h2>${attempts(this.attempts)}</section></div>
      ${events(this.events)}`;
  }

  private title_(job: Job): TemplateResult {
    const over = TERMINAL.includes(job.state);
    const button = (verb: 'pause' | 'resume', label: string) =>
      html`<button type="button" class=${verb} @click=${() => this.command(verb)}>${label}</button>`;
    return html`<div class="titlebar"><div>
        <p class="crumbs"><a href="#/">Jobs</a> / ${copyable(job.id)}</p>
        <h1>${job.model} <span class="bits">${job.code}</span> ${stateChip(job)}</h1></div>
      <div class="actions">
        ${over ? nothing : html`<span class="feed ${this.live ? 'on' : ''}">${this.live ? 'live' : 'polling'}</span>`}
        ${job.state === 'QUEUED' || job.state === 'RUNNING' ? button('pause', 'Pause') : nothing}
        ${job.state === 'PAUSED' ? button('resume', 'Resume') : nothing}
        ${over || job.state === 'CANCELLING' ? nothing : html`<button type="button" class="cancel" @click=${() => this.ask()}>Cancel…</button>`}
        ${job.state === 'FAILED' || job.state === 'CANCELLED' ? html`<button type="button" class="retry" @click=${() => this.retry()}>Retry</button>` : nothing}
        <a class="button" href="#/new?from=${job.id}">Clone</a>
        <a class="button" href=${`/v1/quantization-jobs/${job.id}`}>JSON</a></div></div>
      <dialog aria-labelledby="cancel-title" @close=${(e: Event) => this.answered(e)}><form method="dialog">
        <h2 id="cancel-title">Cancel this job?</h2>
        <p>${job.model} ${job.code}, ${job.progress?.blocksDone ?? 0} of ${job.blocks} blocks done. A cancelled job does not go on; a paused one does.</p>
        <p class="choices"><button value="" autofocus>Keep it</button><button class="cancel" value="cancel-job">Cancel the job</button></p></form></dialog>`;
  }

  private failure(job: Job): TemplateResult {
    const f = job.failure!;
    return html`<section class="card failure"><h2>${job.state === 'FAILED' || job.state === 'REJECTED' ? 'Why it failed' : 'Why the last attempt ended'}</h2>
      <p><code>${f.code}</code> ${f.message}</p><p><strong>What to do:</strong> ${f.remedy}.</p></section>`;
  }

  private charts(job: Job): TemplateResult {
    if (this.blocks.length === 0) {
      return html`<section class="card"><h2>Blocks</h2><p class="quiet">No block is committed yet.</p></section>`;
    }
    return html`<div class="two">
      <section class="card"><h2>Loss of each block</h2>
        <p class="quiet">Mean squared error of its output, before and after learning (log scale)</p>
        <bisup-block-chart .series=${lossSeries(this.blocks, job.blocks)} .blocks=${job.blocks}></bisup-block-chart></section>
      <section class="card"><h2>Relative error along the model</h2>
        <p class="quiet">‖x − x̂‖² / ‖x‖² of each block's output on the quantized stream (log scale)</p>
        <bisup-block-chart .series=${relativeSeries(this.blocks, job.blocks)} .blocks=${job.blocks}></bisup-block-chart></section></div>
      <details class="card"><summary>Figures of the blocks as a table</summary>${blockTable(this.blocks)}</details>`;
  }

  private results(job: Job): TemplateResult {
    const measured = job.measurements.length > 0 || this.scores.length > 0;
    return html`<section class="card"><h2>Quality against the FP model</h2>
      ${measured ? nothing : html`<p class="quiet">${job.state === 'EVALUATING' ? 'Being measured.' : TERMINAL.includes(job.state)
        ? 'Nothing was measured.' : 'Measured when all blocks are done.'}</p>`}
      ${perplexities(job.measurements, job.spec.qualityGate?.maxPerplexityRatio)}${tasks(this.scores)}${divergences(this.scores)}</section>`;
  }

  /** Asked for among the evaluations, and there once they are. */
  private errorMap(job: Job): TemplateResult | typeof nothing {
    const measured = job.state === 'SUCCEEDED' || job.failure?.code === 'QUALITY_GATE_MISSED';
    return measured && job.spec.evaluation?.some(e => e.propagation !== undefined)
      ? html`<bisup-error-map .job=${job.id}></bisup-error-map>` : nothing;
  }

  private facts(job: Job): TemplateResult {
    const labels = Object.entries(job.labels).map(([k, v]) => `${k}=${v}`).join(', ');
    const took = between(job.startedAt, job.finishedAt);
    const rows: [string, unknown][] = [['Recipe', job.recipe], ['Model digest', copyable(job.modelDigest, short(job.modelDigest))],
      ['Calibration digest', copyable(job.calibrationSha256, short(job.calibrationSha256))], ['Worker', job.workerId ?? UNKNOWN],
      ['Submitted', `${time(job.submittedAt)} (${ago(job.submittedAt)})`], ['Started', time(job.startedAt)], ['Finished', time(job.finishedAt)],
      ['Waited', duration(between(job.submittedAt, job.startedAt ?? job.finishedAt))], [job.finishedAt ? 'Took' : 'Running for', job.startedAt ? duration(took) : UNKNOWN],
      ['Peak memory of a block', bytes(this.blocks.length ? Math.max(...this.blocks.map(b => b.peakMemoryBytes)) : undefined)],
      ['Artifact', bytes(job.artifactBytes)], ['Priority', job.priority], ['Labels', labels || UNKNOWN]];
    const older = (id: string) => html`<a href="#/jobs/${id}"><code>${short(id)}</code></a>`;
    if (job.retryOf) {
      rows.push(['Retry of', older(job.retryOf)]);
    }
    if (job.clonedFrom) {
      rows.push(['Cloned from', older(job.clonedFrom)]);
    }
    return html`<section class="card"><h2>Facts</h2><dl>${rows.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl>
      <details><summary>Spec as posted</summary><pre>${JSON.stringify(job.spec, null, 2)}</pre></details>
      <details><summary>Recipe in full</summary><pre>${JSON.stringify(job.resolvedRecipe, null, 2)}</pre></details></section>`;
  }
}
customElements.define('bisup-job-page', JobPage);
