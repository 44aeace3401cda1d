import * as echarts from 'echarts/core';
import { HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { html, LitElement, type PropertyValues } from 'lit';
import type { Scale } from './api';
import { small, tick } from './format';

echarts.use([HeatmapChart, LineChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

export interface Series { name: string; values: (number | undefined)[]; color: string }

/** A drawing in the page's colours. The table behind it is the page's: the drawing is hidden from screen readers. */
export abstract class Chart extends LitElement {
  private chart?: echarts.ECharts;
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');
  private readonly redraw = () => this.draw();
  private readonly resized = new ResizeObserver(() => this.chart?.resize());

  protected createRenderRoot() {
    return this;
  }

  render() {
    return html`<div class="plot" aria-hidden="true"></div>`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.dark.addEventListener('change', this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.dark.removeEventListener('change', this.redraw);
    this.resized.disconnect();
    this.chart?.dispose();
    this.chart = undefined;
  }

  protected updated(_: PropertyValues) {
    if (!this.chart) {
      const plot = this.querySelector<HTMLElement>('.plot')!;
      this.chart = echarts.init(plot, null, { renderer: 'svg' });
      this.resized.observe(plot);
    }
    this.draw();
  }

  /** What is drawn. */
  protected abstract option(color: (name: string) => string, text: Record<string, unknown>): Record<string, unknown>;

  private draw() {
    const style = getComputedStyle(this);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const text = { color: color('--quiet'), fontFamily: style.fontFamily, fontSize: 12 };
    const tooltip = { backgroundColor: color('--card'), borderColor: color('--line'), textStyle: { ...text, color: color('--text') } };
    const { tooltip: own, ...rest } = this.option(color, text);
    this.chart?.setOption({ animation: false, tooltip: { ...tooltip, ...own as object }, ...rest }, { notMerge: true });
  }
}

/** Values per block on a logarithmic axis, which shows a block of small loss as well as one of large. */
class BlockChart extends Chart {
  static properties = { series: {}, blocks: { type: Number }, scale: {} };
  declare series: Series[];
  declare blocks: number;
  /** Bounds of the axis; its own unless told. */
  declare scale?: Scale;

  protected option(color: (name: string) => string, text: Record<string, unknown>) {
    const floor = Math.min(...this.series.flatMap(s => s.values).filter((v): v is number => v !== undefined && v > 0));
    const bottom = this.scale?.low ?? (Number.isFinite(floor) ? 10 ** Math.floor(Math.log10(floor * 0.99)) : 1e-6);
    return {
      grid: { left: 62, right: 16, top: 34, bottom: 42 },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: text, show: this.series.length > 1 },
      tooltip: {
        trigger: 'axis',
        valueFormatter: (v: unknown) => small(v as number),
      },
      xAxis: {
        type: 'category',
        name: 'block',
        nameLocation: 'middle',
        nameGap: 26,
        nameTextStyle: text,
        data: Array.from({ length: this.blocks }, (_, i) => String(i)),
        axisLabel: text,
        axisLine: { lineStyle: { color: color('--line') } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'log',
        min: bottom,
        max: this.scale?.high,
        axisLabel: { ...text, formatter: (v: number) => tick(v) },
        splitLine: { lineStyle: { color: color('--line') } },
      },
      series: this.series.map(s => ({
        name: s.name,
        type: 'line',
        // A logarithm has no place for zero: it is left out, and stands in the table.
        data: s.values.map(v => v !== undefined && v > 0 ? v : null),
        itemStyle: { color: color(s.color) },
        lineStyle: { color: color(s.color), width: 2 },
        symbolSize: 7,
      })),
    };
  }
}
customElements.define('bisup-block-chart', BlockChart);
