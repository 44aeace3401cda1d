import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { api, type JobSummary, type Result } from './api';
import { activity, eta, progressBar, stateChip } from './parts';
import { ago, bytes, perplexity, ratio, short, time, UNKNOWN } from './format';
import { Page } from './page';

const FILTERS: readonly [string, string, readonly string[]][] = [
  ['all', 'All', []],
  ['active', 'Active', ['SUBMITTED', 'VALIDATING', 'QUEUED', 'RUNNING', 'EVALUATING', 'PAUSED', 'CANCELLING']],
  ['succeeded', 'Succeeded', ['SUCCEEDED']],
  ['failed', 'Failed', ['FAILED', 'REJECTED', 'CANCELLED']],
];

/** All jobs, newest first; filter and page are part of the address. */
class JobList extends Page {
  static properties = { ...Page.properties, query: {}, jobs: { state: true }, next: { state: true } };
  declare query: string;
  declare jobs?: JobSummary[];
  declare next?: string;

  protected async load() {
    const asked = this.query;
    const page = await api.jobs(this.filter()[2], this.parameters().get('page') ?? undefined);
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

  private filter() {
    const name = this.parameters().get('show') ?? 'all';
    return FILTERS.find(f => f[0] === name) ?? FILTERS[0];
  }

  render() {
    const current = this.filter();
    return html`
      <div class="titlebar"><h1>Quantization jobs</h1>
        <nav class="filters" aria-label="Filter">${FILTERS.map(f => html`
          <a href=${f[0] === 'all' ? '#/' : `#/?show=${f[0]}`} aria-current=${f === current ? 'true' : 'false'}>${f[1]}</a>`)}
        </nav></div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}; what is shown may be old.</p>` : nothing}
      ${this.jobs === undefined ? html`<p class="quiet">Loading…</p>`
        : this.jobs.length === 0 ? this.empty() : this.table(this.jobs)}
      ${this.next ? html`<p><a class="button" href="#/?show=${current[0]}&page=${encodeURIComponent(this.next)}">Older jobs</a></p>` : nothing}`;
  }

  private empty(): TemplateResult {
    return html`<section class="card empty"><h2>No jobs here</h2>
      <p>Submit one with <code>./bisup submit</code>, or see the <a href="/q/openapi">API</a>.</p></section>`;
  }

  private table(jobs: JobSummary[]): TemplateResult {
    return html`<div class="card scroll"><table class="jobs">
      <thead><tr><th>State</th><th>Model</th><th>Recipe</th><th>Blocks</th><th class="num">Time left</th>
        <th class="num">Perplexity</th><th class="num">vs FP</th><th class="num">Size</th><th class="num">Attempt</th>
        <th class="num">Submitted</th></tr></thead>
      <tbody>${jobs.map(job => this.row(job))}</tbody></table></div>`;
  }

  private row(job: JobSummary): TemplateResult {
    const worst = job.measurements.reduce<Result | undefined>((a, b) => a && a.ratio >= b.ratio ? a : b, undefined);
    const protocol = worst ? `${worst.quantized.dataset}, ${worst.quantized.protocol}, window ${worst.quantized.window}` : '';
    return html`<tr data-job=${job.id}>
      <td><a class="cover" href="#/jobs/${job.id}" aria-label="Job ${job.id}">${stateChip(job)}</a></td>
      <td><strong>${job.model}</strong><small>${short(job.id, 13)}</small></td>
      <td><span class="bits">${job.code}</span><small>${job.recipe}</small></td>
      <td>${progressBar(job)}<small>${activity(job)}</small></td>
      <td class="num">${eta(job)}</td>
      <td class="num" title=${protocol}>${worst ? perplexity(worst.quantized.perplexity) : UNKNOWN}
        <small>${worst?.quantized.dataset ?? ''}</small></td>
      <td class="num" title=${protocol}>${ratio(worst?.ratio)}</td>
      <td class="num">${bytes(job.artifactBytes)}</td>
      <td class="num">${job.attempt || UNKNOWN}</td>
      <td class="num" title=${time(job.submittedAt)}>${ago(job.submittedAt)}</td></tr>`;
  }
}
customElements.define('bisup-job-list', JobList);
