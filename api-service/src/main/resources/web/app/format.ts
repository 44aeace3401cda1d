/** How figures are written. What is not known is written as a dash, never as zero. */

export const UNKNOWN = '–';

export function perplexity(value?: number): string {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN
    : value >= 1000 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : value.toFixed(value < 100 ? 3 : 1);
}

export function ratio(value?: number): string {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN : `×${value.toFixed(value < 10 ? 3 : 1)}`;
}

/** A share or an error of one. */
export function figure(value?: number): string {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN : value.toFixed(4);
}

/** Few digits for values of any size, as 3.1e-5 or 0.042. */
export function small(value?: number): string {
  if (value === undefined || value === null || !Number.isFinite(value)) {
    return UNKNOWN;
  }
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e4) ? value.toExponential(2) : value.toPrecision(3);
}

/** A mark on an axis, without digits that say nothing: 1e-4, 0.01, 100. */
export function tick(value: number): string {
  return value < 1e-3 || value >= 1e4 ? String(value.toExponential()) : String(value);
}

export function bytes(value?: number): string {
  if (value === undefined || value === null) {
    return UNKNOWN;
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let n = value;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 ? n : n.toFixed(n < 10 ? 2 : 1)} ${units[unit]}`;
}

export function duration(seconds?: number): string {
  if (seconds === undefined || seconds === null || !Number.isFinite(seconds)) {
    return UNKNOWN;
  }
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) {
    return `${s} s`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} min ${s % 60} s`;
  }
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

export function between(from?: string, to?: string): number | undefined {
  return from ? (Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / 1000 : undefined;
}

export function ago(at?: string): string {
  const seconds = between(at);
  return seconds === undefined ? UNKNOWN : seconds < 5 ? 'just now' : `${duration(seconds).replace(/ \d+ s$/, '')} ago`;
}

export function time(at?: string): string {
  return at ? new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' }) : UNKNOWN;
}

export const clock = (at: string) => new Date(at).toLocaleTimeString(undefined, { hour12: false });

export const short = (text: string, length = 12) => text.length > length ? text.slice(0, length) + '…' : text;

export const words = (name: string) => name.toLowerCase().replaceAll('_', ' ');
