import { html, nothing, type TemplateResult } from 'lit';
import type { DivergenceResult, Estimate, Result, Score, TaskScore } from './api';
import { figure, perplexity, ratio, short, small, UNKNOWN } from './format';
import { perplexityBars } from './job-parts';
import { copyable } from './parts';

/** Perplexities of both models, by bars and in full. */
export function perplexities(results: Result[], gate?: number): TemplateResult | typeof nothing {
  return results.length === 0 ? nothing : html`${perplexityBars(results)}
    <div class="scroll"><table><thead><tr><th>Data set</th><th>Protocol</th><th class="num">Window</th><th class="num">Tokens</th>
      <th class="num">FP</th><th class="num">Quantized</th><th class="num">Ratio</th><th class="num">ln ratio</th><th>Computed in</th><th>Data digest</th></tr></thead>
    <tbody>${results.map(m => html`<tr><td>${m.quantized.dataset}</td><td>${m.quantized.protocol}</td>
      <td class="num">${m.quantized.window}</td><td class="num">${m.quantized.tokens.toLocaleString('en')}</td>
      <td class="num">${perplexity(m.baseline.perplexity)}</td><td class="num"><strong>${perplexity(m.quantized.perplexity)}</strong></td>
      <td class="num ${gate !== undefined && m.ratio > gate ? 'bad' : ''}">${ratio(m.ratio)}</td><td class="num">${difference(m.lnPerplexityRatio)}</td><td>${m.quantized.dtype}</td>
      <td>${copyable(m.quantized.datasetSha256, short(m.quantized.datasetSha256))}</td></tr>`)}</tbody></table></div>
    <p class="quiet">Perplexity, lower is better; both columns are measured by the same protocol; ln of the ratio is in nats a token, with the standard error of the windows' differences${gate === undefined ? '' : `; the gate is ${ratio(gate)}`}.</p>`;
}

/** Each metric of each task beside the FP model's. */
export function tasks(scores: Score[]): TemplateResult | typeof nothing {
  const rows = scores.filter(isTask).flatMap(s => Object.entries(s.quantized.metrics).map(([metric, value]) => ({ s, metric, value })));
  return rows.length === 0 ? nothing : html`<h3>Tasks</h3>
    <div class="scroll"><table class="tasks"><thead><tr><th>Task</th><th>Data set</th><th class="num">Documents</th><th>Metric</th>
      <th class="num">FP</th><th class="num">Quantized</th><th class="num">Difference</th><th>Computed in</th><th>Data digest</th></tr></thead>
    <tbody>${rows.map(({ s, metric, value }) => html`<tr><td>${s.quantized.task}${s.quantized.shots ? ` (${s.quantized.shots} shots)` : ''}</td>
      <td>${s.quantized.dataset}</td><td class="num">${s.quantized.documents.toLocaleString('en')}</td><td>${metric}</td>
      <td class="num">${figure(s.baseline?.metrics[metric]?.value)}</td><td class="num"><strong>${spread(value)}</strong></td>
      <td class="num">${difference(s.difference[metric])}</td><td>${s.quantized.dtype}</td>
      <td>${copyable(s.quantized.datasetSha256, short(s.quantized.datasetSha256))}</td></tr>`)}</tbody></table></div>
    <p class="quiet">Each figure with its standard error; differences are of the same documents, and one under two standard errors is none.</p>`;
}

/** How far the predictions of both models are apart. */
export function divergences(scores: Score[]): TemplateResult | typeof nothing {
  const rows = scores.flatMap(s => 'divergence' in s ? [s.divergence] : []);
  return rows.length === 0 ? nothing : html`<h3>Divergence</h3>
    <div class="scroll"><table class="divergences"><thead><tr><th>Data set</th><th>Protocol</th><th class="num">Window</th><th class="num">Predictions</th>
      <th class="num">Mean KL</th><th class="num">Max KL</th><th class="num">RMS Δp</th><th class="num">Same top token</th><th>Computed in</th><th>Data digest</th></tr></thead>
    <tbody>${rows.map(row)}</tbody></table></div>
    <p class="quiet">KL divergence of the next token's distribution from the FP model's in nats, lower is better; with standard errors.</p>`;
}

function row(d: DivergenceResult): TemplateResult {
  return html`<tr><td>${d.dataset}</td><td>${d.protocol}</td><td class="num">${d.window}</td><td class="num">${d.predictions.toLocaleString('en')}</td>
    <td class="num"><strong>${spread(d.kl, small)}</strong></td><td class="num">${small(d.klMax)}</td><td class="num">${spread(d.rmsDeltaP)}</td>
    <td class="num">${spread(d.sameTop)}</td><td>${d.dtype}</td><td>${copyable(d.datasetSha256, short(d.datasetSha256))}</td></tr>`;
}

const isTask = (score: Score): score is TaskScore => 'quantized' in score && 'metrics' in score.quantized;

const spread = (e: Estimate, write = figure) => `${write(e.value)} ± ${write(e.stderr)}`;

/** A difference within two of its standard errors is called none, as everywhere. */
function difference(e?: Estimate): string {
  return e === undefined ? UNKNOWN : !Number.isFinite(e.stderr) ? figure(e.value)
    : `${e.value > 0 ? '+' : ''}${figure(e.value)} ± ${figure(e.stderr)}${Math.abs(e.value) > 2 * e.stderr ? '' : ', none'}`;
}
