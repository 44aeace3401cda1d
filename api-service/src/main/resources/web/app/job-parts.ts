import { html, nothing, type TemplateResult } from 'lit';
import type { BlockReport, Job, JobEvent, Manifest, Result } from './api';
import type { Series } from './charts';
import { bytes, clock, duration, perplexity, short, small, words } from './format';
import { copyable } from './parts';

function column(blocks: BlockReport[], count: number, value: (b: BlockReport) => number): (number | undefined)[] {
  const values = new Array<number | undefined>(count).fill(undefined);
  blocks.forEach(b => { values[b.block] = value(b); });
  return values;
}

export const lossSeries = (blocks: BlockReport[], count: number): Series[] => [
  { name: 'before', color: '--before', values: column(blocks, count, b => b.lossBefore) },
  { name: 'after', color: '--after', values: column(blocks, count, b => b.lossAfter) },
  { name: 'held out, after', color: '--held', values: column(blocks, count, b => b.heldOutAfter) },
];

export const relativeSeries = (blocks: BlockReport[], count: number): Series[] => [
  { name: 'relative error', color: '--after', values: column(blocks, count, b => b.relativeError) },
];

/** Perplexities as bars from zero, so that lengths compare; each pair says its data set and protocol. */
export function perplexityBars(results: Result[]): TemplateResult {
  const longest = Math.max(...results.flatMap(r => [r.quantized.perplexity, r.baseline.perplexity]).filter(Number.isFinite));
  const bar = (name: string, value: number, kind: string) => html`<div class="bar"><span>${name}</span>
    <meter class=${kind} min="0" max=${longest} value=${Number.isFinite(value) ? value : longest} aria-hidden="true"></meter><span class="num">${perplexity(value)}</span></div>`;
  return html`<div class="bars">${results.map(r => html`<section aria-label="Perplexity on ${r.quantized.dataset}">
    <h3>${r.quantized.dataset} <small>${r.quantized.protocol}, window ${r.quantized.window}</small></h3>
    ${bar('FP', r.baseline.perplexity, 'fp')}${bar('quantized', r.quantized.perplexity, 'quantized')}</section>`)}</div>`;
}

export function blockTable(blocks: BlockReport[]): TemplateResult {
  return html`<div class="scroll"><table class="figures"><thead><tr><th class="num">Block</th><th class="num">Loss before</th><th class="num">after</th>
    <th class="num">Held out before</th><th class="num">after</th><th class="num">Relative error</th><th class="num">Time</th>
    <th class="num">Peak memory</th><th class="num">Attempt</th><th>Notes</th></tr></thead><tbody>${blocks.map(b => html`
    <tr><th scope="row" class="num">${b.block}</th><td class="num">${small(b.lossBefore)}</td><td class="num">${small(b.lossAfter)}</td>
      <td class="num">${small(b.heldOutBefore)}</td><td class="num">${small(b.heldOutAfter)}</td><td class="num">${small(b.relativeError)}</td>
      <td class="num">${b.seconds < 10 ? `${b.seconds.toFixed(1)} s` : duration(b.seconds)}</td><td class="num">${bytes(b.peakMemoryBytes)}</td>
      <td class="num">${b.attempt}</td><td>${b.notes.join('; ')}</td></tr>`)}</tbody></table></div>`;
}

/** The files with their digests, and the commands that fetch and check them. */
export function artifact(job: Job, manifest?: Manifest): TemplateResult | typeof nothing {
  if (!manifest) {
    return nothing;
  }
  const base = `${location.origin}/v1/artifacts/${job.id}/files/`;
  const fetchAll = manifest.files.map(f => `curl -fLO ${base}${f.name}`).join('\n');
  const check = `sha256sum -c <<'SUMS'\n${manifest.files.map(f => `${f.sha256}  ${f.name}`).join('\n')}\nSUMS`;
  return html`<section class="card"><h2>Artifact</h2>
    <p class="quiet">${manifest.files.length} files, ${bytes(job.artifactBytes)}, digest ${copyable(manifest.digest, short(manifest.digest))}</p>
    <div class="scroll"><table><thead><tr><th>File</th><th class="num">Size</th><th>SHA-256</th></tr></thead><tbody>${manifest.files.map(f => html`
      <tr><td><a href=${`/v1/artifacts/${job.id}/files/${f.name}`}>${f.name}</a></td><td class="num">${bytes(f.bytes)}</td>
        <td>${copyable(f.sha256, short(f.sha256, 16))}</td></tr>`)}</tbody></table></div>
    <div class="commands"><p>${copyable(fetchAll, 'Commands that download it')}</p><p>${copyable(check, 'Command that checks the digests')}</p></div></section>`;
}

/** What happened, newest first. */
export function events(all: JobEvent[]): TemplateResult {
  return html`<details class="card events"><summary>Events (${all.length})</summary><div class="scroll"><table>
    <thead><tr><th class="num">No.</th><th>Time</th><th>Event</th><th>Details</th></tr></thead>
    <tbody>${[...all].reverse().map(e => html`<tr><td class="num">${e.sequence}</td><td>${clock(e.at)}</td>
      <td>${words(e.type)}</td><td><code>${details(e.data)}</code></td></tr>`)}</tbody></table></div></details>`;
}

function details(data: Record<string, unknown>): string {
  return Object.entries(data).map(([k, v]) => `${k}=${typeof v === 'number' && !Number.isInteger(v) ? small(v)
    : typeof v === 'object' ? JSON.stringify(v) : String(v)}`).join('  ');
}
