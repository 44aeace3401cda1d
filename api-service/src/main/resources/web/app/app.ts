import { html, LitElement } from 'lit';
import './job-list';
import './job-page';

/** The frame, and which view the address asks for: #/ or #/jobs/{id}. */
class App extends LitElement {
  static properties = { route: { state: true } };
  declare route: string;
  private readonly onRoute = () => { this.route = location.hash.slice(1); scrollTo(0, 0); };

  constructor() {
    super();
    this.route = location.hash.slice(1);
  }

  protected createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', this.onRoute);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.onRoute);
  }

  render() {
    const [, id] = /^\/jobs\/([0-9a-f-]+)$/.exec(this.route) ?? [];
    return html`
      <header>
        <a class="brand" href="#/"><img src="/favicon.svg" alt="" width="24" height="24">BiSup</a>
        <nav aria-label="Pages"><a href="#/" aria-current=${id ? 'false' : 'page'}>Jobs</a></nav>
        <nav class="aside" aria-label="API"><a href="/q/openapi">API</a><a href="/q/health">Health</a></nav>
      </header>
      <main>${id ? html`<bisup-job-page .jobId=${id}></bisup-job-page>`
        : html`<bisup-job-list .query=${this.route.split('?')[1] ?? ''}></bisup-job-list>`}</main>`;
  }
}
customElements.define('bisup-app', App);
