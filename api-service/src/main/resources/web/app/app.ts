import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { key } from './api';
import './compare-page';
import './inputs-page';
import './job-list';
import './job-page';
import './new-job';
import './recipes-page';

const PAGES: readonly [string, string][] = [['', 'Jobs'], ['inputs', 'Models and data'], ['recipes', 'Recipes'], ['workers', 'Workers'], ['new', 'New job']];

/** The frame, and which view the address asks for: #/, #/jobs/{id}, #/new, #/inputs, #/recipes, #/workers or #/compare. */
class App extends LitElement {
  static properties = { route: { state: true }, locked: { state: true } };
  declare route: string;
  declare locked: boolean;
  private readonly onRoute = () => { this.route = location.hash.slice(1); scrollTo(0, 0); };
  private readonly onLocked = () => { this.locked = true; };

  constructor() {
    super();
    this.route = location.hash.slice(1);
    this.locked = false;
  }

  protected createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.onRoute);
    addEventListener('bisup-key-wanted', this.onLocked);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.onRoute);
    removeEventListener('bisup-key-wanted', this.onLocked);
  }

  render() {
    const [path, query = ''] = this.route.split('?', 2);
    const page = path.split('/')[1] ?? '';
    return html`
      <header>
        <a class="brand" href="#/"><img src="/favicon.svg" alt="" width="24" height="24">BiSup</a>
        <nav aria-label="Pages">${PAGES.map(([id, name]) => html`
          <a href="#/${id}" aria-current=${page === id ? 'page' : 'false'}>${name}</a>`)}</nav>
        <nav class="aside" aria-label="API">${key.get() ? html`<a href="#/" @click=${() => this.leave()}>Forget key</a>` : nothing}
          <a href="/q/openapi">API</a><a href="/q/health">Health</a></nav>
      </header>
      <main>${this.locked ? this.unlock() : this.view(page, path, query)}</main>`;
  }

  private view(page: string, path: string, query: string): TemplateResult {
    const [, id] = /^\/jobs\/([0-9a-f-]+)$/.exec(path) ?? [];
    if (id) {
      return html`<bisup-job-page .jobId=${id}></bisup-job-page>`;
    }
    switch (page) {
      case 'inputs': return html`<bisup-inputs-page></bisup-inputs-page>`;
      case 'recipes': return html`<bisup-recipes-page></bisup-recipes-page>`;
      case 'workers': return html`<bisup-workers-page></bisup-workers-page>`;
      case 'compare': return html`<bisup-compare-page .query=${query}></bisup-compare-page>`;
      case 'new': return html`<bisup-new-job .query=${query}></bisup-new-job>`;
      default: return html`<bisup-job-list .query=${query}></bisup-job-list>`;
    }
  }

  private unlock(): TemplateResult {
    return html`<form class="card fields" @submit=${(e: SubmitEvent) => this.enter(e)}><h1>Who are you?</h1>
      <p class="quiet">This service asks for a key; an operator makes them with <code>bisup keys create</code>. It is kept until this tab closes.</p>
      <div class="field"><label for="key">Key</label><input id="key" name="key" type="password" autocomplete="off" required></div>
      <p class="choices"><button class="primary">Enter</button></p></form>`;
  }

  private enter(e: SubmitEvent) {
    e.preventDefault();
    key.set(String(new FormData(e.currentTarget as HTMLFormElement).get('key') ?? ''));
    this.locked = false;
  }

  private leave() {
    key.forget();
    location.reload();
  }
}
customElements.define('bisup-app', App);
