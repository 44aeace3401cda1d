import { html, type TemplateResult } from 'lit';
import { api, type Recipe } from './api';
import { Page } from './page';

/** The recipes that a job may name: what each costs, needs and is for, and where its artifacts can be served. */
class RecipesPage extends Page {
  static properties = { ...Page.properties, recipes: { state: true } };
  declare recipes?: Recipe[];

  protected async load() {
    this.recipes = await api.recipes();
    document.title = 'Recipes · BiSup';
  }

  protected pause() {
    return undefined;
  }

  render() {
    return html`<div class="titlebar"><h1>Recipes</h1></div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : ''}
      ${this.recipes ? this.table(this.recipes) : html`<p class="quiet">Loading…</p>`}`;
  }

  private table(recipes: Recipe[]): TemplateResult {
    return html`<section class="card"><p class="quiet">Bits: weights, inputs, key-value cache and group. Stored: bits that a weight takes in the
      artifact, with scales, zero points and branches (a linear of 4096 × 4096). Served: programs that load an export, as far as the recipe goes.</p>
      <div class="scroll"><table class="recipes"><thead><tr><th>Recipe</th><th>Bits</th><th class="num">Stored</th><th>Needs</th><th>Served by</th><th>What it is for</th><td></td></tr></thead>
      <tbody>${recipes.map(r => html`<tr data-recipe=${r.name}><th scope="row">${r.name}</th><td class="bits">${r.code}</td>
        <td class="num">${r.bitsPerWeight.toFixed(3)}</td><td>${r.needs.join(', ') || 'nothing'}</td><td>${served(r)}</td>
        <td>${r.about.purpose ?? ''}</td><td><a href="#/new?recipe=${r.name}">Use<span class="hidden"> ${r.name}</span></a></td></tr>`)}</tbody></table></div></section>`;
  }
}
customElements.define('bisup-recipes-page', RecipesPage);

/** Programs with the formats that they read; weights written out in full save nothing and are told last. */
function served(recipe: Recipe): TemplateResult {
  const possible = recipe.serving.filter(s => s.possible);
  const packed = possible.filter(s => s.format !== 'hf-fake');
  if (packed.length === 0) {
    return html`BiSup${possible.length ? html` <small>others: hf-fake, as large as before</small>` : ''}`;
  }
  const readers = [...new Set(packed.flatMap(s => s.readers))];
  return html`${readers.join(', ')}<small>${packed.map(s => s.format).join(', ')}</small>`;
}
