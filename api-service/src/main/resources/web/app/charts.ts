import * as echarts from 'echarts/core';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { html, LitElement, type PropertyValues } from 'lit';
import { small, tick } from './format';

echarts.use([LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Series { name: string; values: (number | undefined)[]; color: string }

/**
 * Values per block on a logarithmic axis, which shows a block of small loss as well as one of large. The table behind it is
 * the page's: the drawing is hidden from screen readers.
 */
class BlockChart extends LitElement {
  static properties = { series: {}, blocks: { type: Number }, unit: {} };
  declare series: Series[];
  declare blocks: number;
  declare unit: string;
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

  private draw() {
    const style = getComputedStyle(this);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const floor = Math.min(...this.series.flatMap(s => s.values).filter((v): v is number => v !== undefined && v > 0));
    const bottom = Number.isFinite(floor) ? 10 ** Math.floor(Math.log10(floor * 0.99)) : 1e-6;
    const text = { color: color('--quiet'), fontFamily: style.fontFamily, fontSize: 12 };
    this.chart?.setOption({
      animation: false,
      grid: { left: 62, right: 16, top: 34, bottom: 42 },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: text, show: this.series.length > 1 },
      tooltip: {
        trigger: 'axis',
        backgroundColor: color('--card'),
        borderColor: color('--line'),
        textStyle: { ...text, color: color('--text') },
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
    }, { notMerge: true });
  }
}
customElements.define('bisup-block-chart', BlockChart);
