import { html, nothing, type TemplateResult } from 'lit';
import { api, PRIORITIES, type Dataset, type FieldError, type Model, type Recipe, Refusal, type Serving, type Spec } from './api';
import { Page } from './page';

/** A spec as a form, empty or as another job's; the service checks it before anything is queued. */
class NewJob extends Page {
  static properties = {
    ...Page.properties, query: {}, ready: { state: true }, errors: { state: true }, said: { state: true }, sending: { state: true },
  };
  declare query: string;
  declare ready: boolean;
  declare errors: FieldError[];
  declare said?: string;
  declare sending: boolean;
  private models: Model[] = [];
  private datasets: Dataset[] = [];
  private recipes: Recipe[] = [];
  private from?: Spec;
  private wrong = false;
  /** One key a form: a second press is no second job. */
  private key = crypto.randomUUID();

  constructor() {
    super();
    this.ready = false;
    this.errors = [];
    this.sending = false;
  }

  protected async load() {
    const id = new URLSearchParams(this.query).get('from');
    const [models, datasets, recipes, job] = await Promise.all([
      api.models(), api.datasets(), api.recipes(), id ? api.job(id) : undefined]);
    Object.assign(this, { models, datasets, recipes, from: job?.spec, ready: true });
    document.title = 'New job · BiSup';
  }

  protected pause() {
    return undefined;
  }

  render() {
    return html`<div class="titlebar"><h1>${this.from ? 'Clone of a job' : 'New job'}</h1></div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      ${this.ready ? this.form() : html`<p class="quiet">Loading…</p>`}`;
  }

  private form(): TemplateResult {
    const from = this.from;
    const query = new URLSearchParams(this.query);
    const evaluation = this.shown();
    const more = this.kept().length;
    const texts = this.datasets.filter(d => d.schema?.kind !== 'TASK').map(d => d.name);
    return html`<form class="card fields" @submit=${(e: SubmitEvent) => this.send(e)} @input=${() => { this.key = crypto.randomUUID(); }}>
      ${this.select('model', 'Model', this.models.map(m => m.name), from?.model ?? query.get('model') ?? '')}
      ${typeof from?.recipe === 'object' ? this.field('recipe', 'Recipe', html`<p>as in the job it is cloned from (written out in full)</p>`)
        : this.select('recipe', 'Recipe', this.recipes.map(r => r.name), from?.recipe ?? query.get('recipe') ?? '')}
      ${this.select('calibrationDataset', 'Calibration data set', texts, from?.calibrationDataset ?? '')}
      ${this.input('samples', 'Calibration windows', from?.calibration?.samples, 'the recipe says', '/calibration/samples')}
      ${this.input('sequenceLength', 'Tokens in each', from?.calibration?.sequenceLength, 'the recipe says', '/calibration/sequenceLength')}
      ${this.select('dataset', 'Evaluate on', ['', ...texts], evaluation?.dataset ?? '', '/evaluation')}
      ${this.select('protocol', 'Protocol', ['gptq', 'c4-new', 'c4-old'], evaluation?.protocol ?? 'gptq', '/evaluation/0/protocol')}
      ${this.input('window', 'Window in tokens', evaluation?.window ?? 2048, '', '/evaluation/0/window')}
      ${this.input('maxRatio', 'Gate: perplexity at most × FP', from?.qualityGate?.maxPerplexityRatio, 'none', '/qualityGate')}
      ${this.field('exports', 'Export as', html`<span class="checks" id="exports" role="group" aria-label="Export as">${this.recipes[0]?.serving.map(s => html`
        <label><input type="checkbox" name="exports" value=${s.format} ?checked=${from?.exports?.includes(s.format) ?? false}> ${s.format}</label>`)}</span>`)}
      ${this.select('priority', 'Priority among your jobs', [...PRIORITIES], from?.priority ?? 'normal')}
      ${this.field('labels', 'Labels', html`<input id="labels" name="labels" placeholder="team=search, run=7"
        .value=${Object.entries(from?.labels ?? {}).map(([k, v]) => `${k}=${v}`).join(', ')}>`)}
      ${more > 0 ? html`<p class="quiet">${more} more evaluation${more > 1 ? 's' : ''} of the job it is cloned from ${more > 1 ? 'are' : 'is'} kept.</p>` : nothing}
      ${this.said ? html`<p role="status" class=${this.wrong ? 'trouble' : 'said'}>${this.said}</p>` : nothing}
      <p class="choices"><button name="check" ?disabled=${this.sending}>Check</button>
        <button name="submit" class="primary" ?disabled=${this.sending}>Submit</button></p></form>`;
  }

  /** The evaluation that the form shows: the first perplexity of the job it is cloned from. */
  private shown() {
    return this.from?.evaluation?.find(e => e.protocol !== undefined);
  }

  /** The other evaluations of that job, which stay as they are. */
  private kept() {
    return this.from?.evaluation?.filter(e => e !== this.shown()) ?? [];
  }

  private field(name: string, label: string, content: TemplateResult, pointer = `/${name}`): TemplateResult {
    const errors = this.errors.filter(e => e.pointer === pointer || e.pointer.startsWith(`${pointer}/`));
    return html`<div class="field"><label for=${name}>${label}</label>${content}
      ${errors.map(e => html`<p class="wrong">${e.message}; ${e.remedy}.</p>`)}</div>`;
  }

  private select(name: string, label: string, values: string[], chosen: string, pointer?: string): TemplateResult {
    return this.field(name, label, html`<select id=${name} name=${name}>${values.map(v => html`
      <option value=${v} ?selected=${v === chosen}>${v || 'nothing'}</option>`)}</select>`, pointer);
  }

  private input(name: string, label: string, value: number | undefined, placeholder: string, pointer: string): TemplateResult {
    return this.field(name, label, html`<input id=${name} name=${name} inputmode="decimal" placeholder=${placeholder} .value=${String(value ?? '')}>`, pointer);
  }

  private spec(form: FormData): Spec {
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const number = (name: string) => text(name) === '' ? undefined : Number.isNaN(Number(text(name))) ? text(name) as never : Number(text(name));
    const samples = number('samples');
    const length = number('sequenceLength');
    const labels = Object.fromEntries(text('labels').split(',').map(l => l.trim()).filter(Boolean)
      .map(l => l.includes('=') ? [l.slice(0, l.indexOf('=')).trim(), l.slice(l.indexOf('=') + 1).trim()] : [l, '']));
    const first = text('dataset') ? [{ dataset: text('dataset'), protocol: text('protocol'), window: number('window') as number }] : [];
    const evaluation = [...first, ...this.kept()];
    return JSON.parse(JSON.stringify({
      model: text('model'),
      recipe: typeof this.from?.recipe === 'object' ? this.from.recipe : text('recipe'),
      calibrationDataset: text('calibrationDataset'),
      calibration: samples === undefined && length === undefined ? undefined
        : { samples, sequenceLength: length, seed: this.from?.calibration?.seed ?? 0 },
      systemPrompt: this.from?.systemPrompt,
      evaluation,
      qualityGate: number('maxRatio') === undefined ? undefined : { maxPerplexityRatio: number('maxRatio') },
      exports: form.getAll('exports'),
      priority: text('priority'),
      limits: this.from?.limits,
      labels,
    })) as Spec;
  }

  private async send(e: SubmitEvent) {
    e.preventDefault();
    const check = (e.submitter as HTMLButtonElement | null)?.name === 'check';
    const form = new FormData(e.currentTarget as HTMLFormElement);
    this.sending = true;
    this.said = undefined;
    this.wrong = false;
    this.errors = [];
    try {
      const spec = this.spec(form);
      const from = new URLSearchParams(this.query).get('from');
      const answer = from && this.from && !check ? { ...await api.clone(from, changes(this.from, spec), this.key), code: undefined, serving: [] }
        : await api.submit(spec, check, this.key);
      if (answer.id) {
        location.hash = `#/jobs/${answer.id}`;
      }
      this.said = `It can run: ${answer.code}. ${served(answer.serving ?? [])}`;
    } catch (refused) {
      this.wrong = true;
      this.errors = refused instanceof Refusal ? refused.errors : [];
      this.said = this.errors.length ? `It cannot run so: ${this.errors.length === 1 ? 'one field' : `${this.errors.length} fields`} to correct.` : (refused as Error).message;
    } finally {
      this.sending = false;
    }
  }
}
customElements.define('bisup-new-job', NewJob);

/** The JSON Merge Patch that makes one document of another. */
function changes(from: unknown, to: unknown): unknown {
  const plain = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
  if (!plain(from) || !plain(to)) {
    return to;
  }
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (!(name in to)) {
      patch[name] = null;
    } else if (JSON.stringify(from[name]) !== JSON.stringify(to[name])) {
      patch[name] = changes(from[name], to[name]);
    }
  }
  return patch;
}

/** Where the artifact can be served, in a sentence. */
function served(serving: Serving[]): string {
  const possible = serving.filter(s => s.possible).map(s => `${s.format} (${s.readers.join(', ')})`);
  return possible.length ? `It can be exported as ${possible.join('; ')}.` : 'It can be served by BiSup alone.';
}
