import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { api, type Export, type Exports, Refusal, type Serving } from './api';
import { bytes, short, words } from './format';
import { Page } from './page';
import { copyable } from './parts';

const LIVE = ['QUEUED', 'RUNNING'];

/** An artifact in the formats of other programs: what was made, what can be asked for, and why not the rest. */
class ExportsCard extends Page {
  static properties = { ...Page.properties, artifact: {}, exports: { state: true }, refused: { state: true } };
  declare artifact: string;
  declare exports?: Exports;
  declare refused?: string;
  /** One key a format: a second press is no second export. */
  private keys: Record<string, string> = {};

  protected async load() {
    this.exports = await api.exports(this.artifact);
  }

  protected pause() {
    return this.exports?.items.some(e => LIVE.includes(e.state)) ? 1500 : undefined;
  }

  protected willUpdate(changed: PropertyValues) {
    if (changed.get('artifact') !== undefined) {
      this.exports = undefined;
      void this.refresh();
    }
  }

  render() {
    const exports = this.exports;
    const trouble = this.refused ?? this.trouble;
    return html`<section class="card exports"><h2>For other programs</h2>
      ${trouble ? html`<p class="trouble" role="alert">${trouble}</p>` : nothing}
      ${!exports ? html`<p class="quiet">${this.trouble ? '' : 'Loading…'}</p>` : html`
      <div class="scroll"><table><thead><tr><th>Format</th><th>Read by</th><th>State</th><th>What there is</th><td></td></tr></thead>
      <tbody>${exports.formats.map(f => this.row(f, exports.items.filter(e => e.format === f.format).at(-1)))}</tbody></table></div>`}</section>`;
  }

  private row(format: Serving, made?: Export): TemplateResult {
    const over = made === undefined || made.state === 'FAILED' || made.state === 'CANCELLED';
    const ask = html`<button type="button" @click=${() => this.ask(format.format)}>Export<span class="hidden"> as ${format.format}</span></button>`;
    return html`<tr data-export=${format.format}><th scope="row">${format.format}</th><td>${format.readers.join(', ')}</td>
      <td>${made ? chip(made) : html`<span class="quiet">${format.possible ? 'not made' : 'not possible'}</span>`}</td>
      <td>${made?.state === 'SUCCEEDED' ? files(made, format) : made?.failure ? html`${made.failure.message}; ${made.failure.remedy}.`
        : format.possible ? notes(format) : reasons(format)}</td>
      <td class="num">${over && format.possible ? ask : made && LIVE.includes(made.state)
        ? html`<button type="button" class="cancel" @click=${() => this.cancel(made)}>Cancel<span class="hidden"> ${made.format}</span></button>` : nothing}</td></tr>`;
  }

  private async ask(format: string) {
    this.keys[format] ??= crypto.randomUUID();
    await this.tell(() => api.export(this.artifact, format, this.keys[format]));
    delete this.keys[format];
  }

  private async cancel(made: Export) {
    await this.tell(() => api.cancelExport(this.artifact, made.id));
  }

  private async tell(order: () => Promise<void>) {
    this.refused = undefined;
    try {
      await order();
    } catch (e) {
      this.refused = e instanceof Refusal ? e.message : 'the service does not answer';
    }
    await this.refresh();
  }
}
customElements.define('bisup-exports', ExportsCard);

function chip(made: Export): TemplateResult {
  const share = made.progress && made.progress.total > 0 ? `${Math.round(100 * made.progress.written / made.progress.total)} %` : undefined;
  return html`<span class="chip ${made.state.toLowerCase()}" data-state=${made.state}><span class="dot" aria-hidden="true"></span>${words(made.state)}
    ${share ? html`<em>${share}</em>` : nothing}</span>`;
}

function reasons(format: Serving): TemplateResult {
  return html`<ul>${format.obstacles.map(o => html`<li>${o.pointer ? html`<code>${o.pointer}</code>: ` : nothing}${o.reason}. <span class="quiet">Instead: ${o.remedy}.</span></li>`)}</ul>`;
}

function notes(format: Serving): TemplateResult | typeof nothing {
  return format.notes.length === 0 ? nothing : html`<details><summary>What to know</summary><ul>${format.notes.map(n => html`<li>${n}</li>`)}</ul></details>`;
}

/** The files with their digests, and the commands that fetch and check them. */
function files(made: Export, format: Serving): TemplateResult {
  const path = `/v1/artifacts/${made.artifact}/exports/${made.id}/files/`;
  const folders = [...new Set(made.files.filter(f => f.name.includes('/')).map(f => f.name.split('/')[0]))];
  const fetchAll = [...folders.map(f => `mkdir -p ${f}`), ...made.files.map(f => `curl -fL -o ${f.name} ${location.origin}${path}${f.name}`)].join('\n');
  const check = `sha256sum -c <<'SUMS'\n${made.files.map(f => `${f.sha256}  ${f.name}`).join('\n')}\nSUMS`;
  return html`<details><summary>${made.files.length} files, ${bytes(made.bytes)}</summary>
    <table><tbody>${made.files.map(f => html`<tr><td><a href=${path + f.name}>${f.name}</a></td><td class="num">${bytes(f.bytes)}</td>
      <td>${copyable(f.sha256, short(f.sha256, 16))}</td></tr>`)}</tbody></table>
    <div class="commands"><p>${copyable(fetchAll, 'Commands that download it')}</p><p>${copyable(check, 'Command that checks the digests')}</p>
      <p>${copyable(format.command.replaceAll('DIR', '.'), 'Command that serves it')}</p></div></details>${notes(format)}`;
}
