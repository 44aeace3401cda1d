import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { api, type Bin, type ErrorMap, errorMapUrl, type Spread } from './api';
import { small, UNKNOWN } from './format';
import './heat-map';

const LINEARS = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'];

/** How the artifact's error grows from block to block and spreads from token to token; nothing until it is there. */
class ErrorMapCard extends LitElement {
  static properties = { job: {}, map: { state: true }, block: { state: true }, trouble: { state: true } };
  declare job: string;
  declare map?: ErrorMap;
  /** The block whose map is drawn; the mean over all where there is none. */
  declare block?: number;
  declare trouble?: string;

  protected createRenderRoot() {
    return this;
  }

  protected willUpdate(changed: Map<string, unknown>) {
    if (changed.has('job')) {
      Object.assign(this, { map: undefined, block: undefined, trouble: undefined });
      void this.load(this.job);
    }
  }

  private async load(job: string) {
    try {
      const map = await api.errorMap(job);
      if (job === this.job) {
        this.map = map;
      }
    } catch (e) {
      this.trouble = (e as Error).message;
    }
  }

  render() {
    const map = this.map;
    if (!map) {
      return this.trouble ? html`<section class="card"><h2>How the error grows and spreads</h2><p class="quiet">${this.trouble}</p></section>` : nothing;
    }
    return html`<section class="card error-map"><h2>How the error grows and spreads</h2>
      <p class="quiet">‖ŷ − y‖² / ‖y‖² against the FP model, mean over ${map.windows} windows of ${map.window} tokens of ${map.dataset};
        every scale is fixed, so that jobs compare. <a href=${errorMapUrl(this.job)}>JSON</a></p>
      <div class="two">${this.vertical(map)}${this.linears(map)}</div>
      ${this.horizontal(map)}
      <details><summary>Errors of the blocks as a table</summary>${blocks(map)}</details>
      <details><summary>Errors of the tokens as a table</summary>${tokens(map, this.spread(map))}</details></section>`;
  }

  private vertical(map: ErrorMap): TemplateResult {
    const series = [
      { name: 'first token', color: '--held', values: map.blocks.map(b => b.firstToken) },
      { name: 'other tokens', color: '--after', values: map.blocks.map(b => b.others) }];
    return html`<section><h3>From block to block</h3><p class="quiet">Error behind each block; the first token of a window apart</p>
      <bisup-block-chart .series=${series} .blocks=${map.blocks.length} .scale=${map.scales.vertical}></bisup-block-chart></section>`;
  }

  private linears(map: ErrorMap): TemplateResult {
    return html`<section><h3>Linear by linear</h3><p class="quiet">Error of each linear's output in the running model</p>
      <bisup-heat-map .columns=${map.blocks.map(b => String(b.block))} .rows=${LINEARS} columnName="block" rowName="linear"
        .values=${LINEARS.map(l => map.blocks.map(b => b.linears[l]))} .scale=${map.scales.linears}></bisup-heat-map></section>`;
  }

  private spread(map: ErrorMap): Spread {
    return this.block === undefined ? map.horizontal.mean : map.horizontal.blocks[this.block];
  }

  private horizontal(map: ErrorMap): TemplateResult {
    const spread = this.spread(map);
    const names = map.horizontal.bins.map(name);
    // A column is a token whose keys and values are rounded, a row one that reads them.
    const values = names.map((_, read) => names.map((_, rounded) => spread.map[rounded][read]));
    const rounds = map.horizontal.mean.later.some(v => v > 0);
    return html`<section><h3>From token to token</h3>
      <p class="quiet">${rounds ? html`What rounding one token's keys and values, and nothing else, does to the tokens that read them, behind the same block.`
        : html`The cache is exact: no token's error reaches another through it.`}
        ${map.prefixTokens > 0 ? html`The first ${map.prefixTokens} positions are the prefix, marked with P: its keys and values are exact.` : nothing}
        Above: the share of attention that one position receives in the FP model.</p>
      <p><label>Block <select @change=${(e: Event) => this.choose((e.target as HTMLSelectElement).value)}>
        <option value="">mean of all</option>${map.blocks.map(b => html`<option value=${b.block}>${b.block}</option>`)}</select></label></p>
      <bisup-heat-map class="tall" .columns=${names} .rows=${names} .values=${values} .scale=${map.scales.horizontal}
        columnName="rounded position" rowName="read at"
        .line=${{ name: 'received attention', values: spread.received, scale: map.scales.received }}></bisup-heat-map></section>`;
  }

  private choose(value: string) {
    this.block = value === '' ? undefined : Number(value);
  }
}
customElements.define('bisup-error-map', ErrorMapCard);

function name(bin: Bin): string {
  const positions = bin.first === bin.last ? String(bin.first) : `${bin.first}–${bin.last}`;
  return bin.prefix ? `P ${positions}` : positions;
}

function blocks(map: ErrorMap): TemplateResult {
  return html`<div class="scroll"><table class="error-blocks"><thead><tr><th class="num">Block</th><th class="num">First token</th><th class="num">Other tokens</th>
    ${LINEARS.map(l => html`<th class="num">${l}</th>`)}</tr></thead><tbody>${map.blocks.map(b => html`
    <tr><th scope="row" class="num">${b.block}</th><td class="num">${small(b.firstToken)}</td><td class="num">${small(b.others)}</td>
      ${LINEARS.map(l => html`<td class="num">${l in b.linears ? small(b.linears[l]) : UNKNOWN}</td>`)}</tr>`)}</tbody></table></div>`;
}

function tokens(map: ErrorMap, spread: Spread): TemplateResult {
  return html`<div class="scroll"><table class="error-tokens"><thead><tr><th class="num">Positions</th><th class="num">Received attention, each</th>
    <th class="num">Error at later tokens</th></tr></thead><tbody>${map.horizontal.bins.map((bin, i) => html`
    <tr><th scope="row" class="num">${name(bin)}</th><td class="num">${small(spread.received[i])}</td>
      <td class="num">${bin.prefix ? '0 (exact)' : small(spread.later[i])}</td></tr>`)}</tbody></table></div>`;
}
