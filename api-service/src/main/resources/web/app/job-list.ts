import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { api, type JobSummary, type Result } from './api';
import { activity, eta, progressBar, stateChip } from './parts';
import { ago, between, bytes, duration, perplexity, ratio, short, time, UNKNOWN } from './format';
import { Page } from './page';

const FILTERS: readonly [string, string, readonly string[]][] = [
  ['all', 'All', []],
  ['active', 'Active', ['SUBMITTED', 'VALIDATING', 'QUEUED', 'RUNNING', 'EVALUATING', 'PAUSED', 'CANCELLING']],
  ['succeeded', 'Succeeded', ['SUCCEEDED']],
  ['failed', 'Failed', ['FAILED', 'REJECTED', 'CANCELLED']],
];

type Sort = readonly [string, string, (job: JobSummary) => string | number | undefined];

const SORTS: readonly Sort[] = [
  ['state', 'State', j => j.state],
  ['model', 'Model', j => j.model],
  ['recipe', 'Recipe', j => j.code],
  ['blocks', 'Blocks', j => j.progress?.blocksDone],
  ['left', 'Time left', j => j.progress?.etaSeconds],
  ['took', 'Took', j => j.startedAt ? between(j.startedAt, j.finishedAt) : undefined],
  ['perplexity', 'Perplexity', j => worstOf(j)?.quantized.perplexity],
  ['ratio', 'vs FP', j => worstOf(j)?.ratio],
  ['size', 'Size', j => j.artifactBytes],
  ['attempt', 'Attempt', j => j.attempt],
  ['submitted', 'Submitted', j => j.submittedAt],
];
const LEFT = ['state', 'model', 'recipe', 'blocks'];

/** The measurement furthest from the FP model's. */
function worstOf(job: JobSummary): Result | undefined {
  return job.measurements.reduce<Result | undefined>((a, b) => a && a.ratio >= b.ratio ? a : b, undefined);
}

/** By the key, in either order; what has none comes last. */
function sorted(jobs: JobSummary[], key: Sort[2], down: boolean): JobSummary[] {
  return [...jobs].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x === undefined || y === undefined ? Number(x === undefined) - Number(y === undefined)
      : (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
  });
}

/** All jobs, newest first; filter and page are part of the address. */
class JobList extends Page {
  static properties = { ...Page.properties, query: {}, jobs: { state: true }, next: { state: true }, ticked: { state: true } };
  declare query: string;
  declare jobs?: JobSummary[];
  declare next?: string;
  declare ticked: readonly string[];

  constructor() {
    super();
    this.ticked = [];
  }

  protected async load() {
    const asked = this.query;
    const page = await api.jobs(this.filter()[2], this.parameters().get('page') ?? undefined, this.terms().filter(t => t.includes('=')));
    if (asked === this.query) {
      this.jobs = page.items;
      this.next = page.nextPageToken;
    }
  }

  protected pause() {
    return document.hidden ? 15000 : 2000;
  }

  protected updated(changed: PropertyValues) {
    if (changed.has('query') && changed.get('query') !== undefined) {
      this.jobs = undefined;
      void this.refresh();
    }
    document.title = 'Jobs · BiSup';
  }

  private parameters() {
    return new URLSearchParams(this.query);
  }

  /** What was typed: KEY=VALUE asks the service for a label, other words are looked for in the page that is shown. */
  private terms(): string[] {
    return (this.parameters().get('q') ?? '').split(/\s+/).filter(Boolean);
  }

  private shown(jobs: JobSummary[]): JobSummary[] {
    const words = this.terms().filter(t => !t.includes('=')).map(t => t.toLowerCase());
    const text = (j: JobSummary) => `${j.id} ${j.model} ${j.recipe} ${j.code} ${j.workerId ?? ''} ${Object.values(j.labels).join(' ')}`.toLowerCase();
    const found = jobs.filter(j => words.every(w => text(j).includes(w)));
    const [name, order] = (this.parameters().get('sort') ?? '').split('-');
    const column = SORTS.find(s => s[0] === name);
    return column ? sorted(found, column[2], order === 'down') : found;
  }

  /** The address with one parameter changed; the page goes back to the first. */
  private address(name: string, value: string): string {
    const next = this.parameters();
    next.delete('page');
    next.delete(name);
    if (value) {
      next.set(name, value);
    }
    return `#/?${next}`;
  }

  private tick(id: string, on: boolean) {
    this.ticked = on ? [...this.ticked, id] : this.ticked.filter(t => t !== id);
  }

  private filter() {
    const name = this.parameters().get('show') ?? 'all';
    return FILTERS.find(f => f[0] === name) ?? FILTERS[0];
  }

  render() {
    const current = this.filter();
    return html`
      <div class="titlebar"><h1>Quantization jobs</h1>
        <nav class="filters" aria-label="Filter">${FILTERS.map(f => html`
          <a href=${this.address('show', f[0] === 'all' ? '' : f[0])} aria-current=${f === current ? 'true' : 'false'}>${f[1]}</a>`)}
        </nav></div>
      <form class="search" role="search" @submit=${(e: SubmitEvent) => this.search(e)}>
        <input name="q" type="search" aria-label="Search: words, or KEY=VALUE for a label" placeholder="model, recipe, id, or label as team=search"
          .value=${this.parameters().get('q') ?? ''}><button>Search</button>
        ${this.ticked.length > 1 ? html`<a class="button primary" href="#/compare?ids=${this.ticked.join(',')}">Compare ${this.ticked.length}</a>`
          : html`<span class="quiet">Tick jobs to compare them.</span>`}</form>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}; what is shown may be old.</p>` : nothing}
      ${this.jobs === undefined ? html`<p class="quiet">Loading…</p>`
        : this.shown(this.jobs).length === 0 ? this.empty() : this.table(this.shown(this.jobs))}
      ${this.next ? html`<p><a class="button" href=${this.older(this.next)}>Older jobs</a></p>` : nothing}`;
  }

  private older(page: string): string {
    const next = this.parameters();
    next.set('page', page);
    return `#/?${next}`;
  }

  private search(e: SubmitEvent) {
    e.preventDefault();
    location.hash = this.address('q', String(new FormData(e.currentTarget as HTMLFormElement).get('q') ?? '').trim());
  }

  private heading([name, label]: Sort): TemplateResult {
    const [by, order] = (this.parameters().get('sort') ?? '').split('-');
    const next = by !== name ? `${name}-up` : order === 'up' ? `${name}-down` : '';
    return html`<th class=${LEFT.includes(name) ? '' : 'num'} aria-sort=${by !== name ? 'none' : order === 'down' ? 'descending' : 'ascending'}>
      <a href=${this.address('sort', next)}>${label}${by === name ? (order === 'down' ? ' ↓' : ' ↑') : ''}</a></th>`;
  }

  private empty(): TemplateResult {
    return html`<section class="card empty"><h2>No jobs here</h2>
      <p>Submit one with <code>./bisup submit</code>, or see the <a href="/q/openapi">API</a>.</p></section>`;
  }

  private table(jobs: JobSummary[]): TemplateResult {
    return html`<div class="card scroll"><table class="jobs">
      <thead><tr><th><span class="hidden">Compare</span></th>${SORTS.map(s => this.heading(s))}</tr></thead>
      <tbody>${jobs.map(job => this.row(job))}</tbody></table></div>`;
  }

  private row(job: JobSummary): TemplateResult {
    const worst = worstOf(job);
    const protocol = worst ? `${worst.quantized.dataset}, ${worst.quantized.protocol}, window ${worst.quantized.window}` : '';
    return html`<tr data-job=${job.id}>
      <td class="tick"><input type="checkbox" aria-label="Compare ${job.model} ${job.code}, job ${short(job.id, 13)}" .checked=${this.ticked.includes(job.id)}
        @change=${(e: Event) => this.tick(job.id, (e.target as HTMLInputElement).checked)}></td>
      <td data-name="State">${stateChip(job)}</td>
      <td data-name="Model"><a class="cover" href="#/jobs/${job.id}"><strong>${job.model}</strong><small>${short(job.id, 13)}</small></a></td>
      <td data-name="Recipe"><span class="bits">${job.code}</span><small>${job.recipe}</small></td>
      <td data-name="Blocks">${progressBar(job)}<small>${activity(job)}</small></td>
      <td class="num ${eta(job) ? '' : 'nothing'}" data-name="Time left">${eta(job)}</td>
      <td class="num" data-name="Took">${duration(job.startedAt ? between(job.startedAt, job.finishedAt) : undefined)}</td>
      <td class="num" data-name="Perplexity" title=${protocol}>${worst ? perplexity(worst.quantized.perplexity) : UNKNOWN}
        <small>${worst?.quantized.dataset ?? ''}</small></td>
      <td class="num" data-name="vs FP" title=${protocol}>${ratio(worst?.ratio)}</td>
      <td class="num" data-name="Size">${bytes(job.artifactBytes)}</td>
      <td class="num" data-name="Attempt">${job.attempt || UNKNOWN}</td>
      <td class="num" data-name="Submitted" title=${time(job.submittedAt)}>${ago(job.submittedAt)}</td></tr>`;
  }
}
customElements.define('bisup-job-list', JobList);
