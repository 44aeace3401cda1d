import type { Scale } from './api';
import { Chart } from './charts';
import { small, tick } from './format';

/** From little to much; told apart by lightness alone, also by those who see no colours. */
const COLORS = ['#2c1160', '#721f81', '#b73779', '#f1605d', '#feb078', '#fcfdbf'];

export interface Line { name: string; values: number[]; scale: Scale }

/**
 * Values of pairs as colours on a logarithmic scale with fixed bounds, so that two drawings compare; above them, if wanted, one value
 * of each column. A value of 0 has no logarithm and is left out.
 */
class HeatMap extends Chart {
  static properties = { columns: {}, rows: {}, values: {}, scale: {}, columnName: {}, rowName: {}, line: {} };
  declare columns: string[];
  declare rows: string[];
  /** A list for each row. */
  declare values: (number | undefined)[][];
  declare scale: Scale;
  declare columnName: string;
  declare rowName: string;
  declare line?: Line;

  protected option(color: (name: string) => string, text: Record<string, unknown>) {
    const shown = (v: number, s: Scale) => Math.log10(Math.min(s.high, Math.max(s.low, v)));
    const cells = this.values.flatMap((row, y) => row.map((v, x) => ({ v, x, y })))
      .filter(c => c.v !== undefined && c.v > 0).map(c => [c.x, c.y, shown(c.v!, this.scale), c.v!]);
    const rule = { lineStyle: { color: color('--line') } };
    const axis = { axisLabel: text, axisLine: rule, axisTick: { show: false }, nameTextStyle: text };
    const columns = { ...axis, type: 'category', data: this.columns };
    const top = this.line ? 118 : 12;
    const map = {
      grid: { left: 86, right: 92, top, bottom: 44, outerBoundsMode: 'none' },
      x: { ...columns, name: this.columnName, nameLocation: 'middle', nameGap: 27 },
      y: { ...axis, type: 'category', data: this.rows, inverse: true, name: this.rowName, nameLocation: 'middle', nameGap: 64 },
      series: { type: 'heatmap', data: cells, encode: { x: 0, y: 1, value: 2 }, itemStyle: { borderWidth: 0 } },
    };
    const along = this.line;
    const above = along && {
      grid: { left: 86, right: 92, top: 26, height: 78, outerBoundsMode: 'none' },
      x: { ...columns, gridIndex: 1, axisLabel: { show: false } },
      y: { ...axis, type: 'log', gridIndex: 1, min: along.scale.low, max: along.scale.high, name: along.name, nameLocation: 'end', nameGap: 8,
        nameTextStyle: { ...text, align: 'left', padding: [0, 0, 0, -78] }, splitLine: rule,
        axisLabel: { ...text, formatter: (v: number) => tick(v) } },
      // Bars would hang from 1, where a logarithm is 0.
      series: { type: 'line', xAxisIndex: 1, yAxisIndex: 1, step: 'middle', symbol: 'circle', symbolSize: 4, itemStyle: { color: color('--after') },
        lineStyle: { color: color('--after'), width: 2 }, data: along.values.map(v => v > 0 ? v : null) },
    };
    return {
      grid: above ? [map.grid, above.grid] : map.grid,
      xAxis: above ? [map.x, above.x] : map.x,
      yAxis: above ? [map.y, above.y] : map.y,
      tooltip: {
        formatter: (p: any) => p.seriesType === 'line' ? `${this.columnName} ${p.name}: ${small(p.value)}`
          : `${this.columnName} ${this.columns[p.value[0]]}, ${this.rowName} ${this.rows[p.value[1]]}: ${small(p.value[3])}`,
      },
      visualMap: {
        seriesIndex: 0, dimension: 2, min: Math.log10(this.scale.low), max: Math.log10(this.scale.high), inRange: { color: COLORS },
        right: 0, top, itemHeight: 130, itemWidth: 14, textStyle: text, hoverLink: false,
        text: [tick(this.scale.high), tick(this.scale.low)],
      },
      series: above ? [map.series, above.series] : [map.series],
    };
  }
}
customElements.define('bisup-heat-map', HeatMap);
