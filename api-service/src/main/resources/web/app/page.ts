import { LitElement, type PropertyValues } from 'lit';

/** A view in the page's own style that looks at the service again and again while it is shown. */
export abstract class Page extends LitElement {
  static properties = { trouble: { state: true } };
  declare trouble?: string;
  private timer?: ReturnType<typeof setTimeout>;
  private busy = false;

  /** Reads from the service; errors are shown and it is tried again. */
  protected abstract load(): Promise<void>;

  /** Milliseconds until the next look, or undefined when nothing will change. */
  protected abstract pause(): number | undefined;

  protected createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    void this.refresh();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected firstUpdated(_: PropertyValues) {
    this.setAttribute('aria-live', 'off');
  }

  async refresh() {
    if (this.busy) {
      return;
    }
    this.busy = true;
    clearTimeout(this.timer);
    try {
      await this.load();
      this.trouble = undefined;
    } catch (e) {
      this.trouble = e instanceof TypeError ? 'the service does not answer' : (e as Error).message;
    } finally {
      this.busy = false;
    }
    const next = this.trouble ? 3000 : this.pause();
    if (this.isConnected && next !== undefined) {
      this.timer = setTimeout(() => void this.refresh(), next);
    }
  }
}
