import { html, nothing, type TemplateResult } from 'lit';
import { type JobSummary, TERMINAL } from './api';
import { duration, UNKNOWN, words } from './format';

/** The state in one word, with doubt where there is some. */
export function stateChip(job: JobSummary): TemplateResult {
  const doubt = job.heartbeatLate && !TERMINAL.includes(job.state);
  const note = doubt ? 'no heartbeat' : job.pauseRequested ? 'pausing' : undefined;
  return html`<span class="chip ${job.state.toLowerCase()} ${doubt ? 'doubt' : ''}" data-state=${job.state}
    title=${doubt ? 'The worker has not been heard in time: what it does is unknown' : ''}>
    <span class="dot" aria-hidden="true"></span>${words(job.state)}${note ? html`<em>${note}</em>` : nothing}</span>`;
}

export function blocksDone(job: JobSummary): number | undefined {
  return job.artifactBytes !== undefined ? job.blocks : job.progress?.blocksDone;
}

/** Blocks done of blocks, as a bar; hatched when it is old news, empty when nothing is known. */
export function progressBar(job: JobSummary): TemplateResult {
  const done = blocksDone(job);
  const share = done === undefined || job.blocks === 0 ? 0 : Math.round(100 * done / job.blocks);
  const kind = job.heartbeatLate ? 'unknown' : TERMINAL.includes(job.state) ? job.state.toLowerCase() : 'ongoing';
  return html`<span class="progress">
    <progress class=${kind} max="100" .value=${share} aria-label="blocks done"></progress>
    <span class="count">${done ?? UNKNOWN}/${job.blocks}</span></span>`;
}

/** What the job does now, in two or three words. */
export function activity(job: JobSummary): string {
  switch (job.state) {
    case 'RUNNING': return job.progress?.waitingFor ? `waiting for ${job.progress.waitingFor.store}` : job.progress ? words(job.progress.phase) : 'starting';
    case 'EVALUATING': return 'measuring perplexity';
    case 'QUEUED': return job.attempt > 0 ? 'waiting to go on' : 'waiting for a worker';
    case 'FAILED':
    case 'REJECTED': return job.failure ? words(job.failure.code) : '';
    default: return '';
  }
}

export function eta(job: JobSummary): string {
  if (TERMINAL.includes(job.state)) {
    return '';
  }
  return job.state === 'RUNNING' && !job.heartbeatLate ? duration(job.progress?.etaSeconds) : UNKNOWN;
}

/** Text to be copied, with a button that does it. */
export function copyable(text: string, shown: string = text): TemplateResult {
  return html`<span class="copyable"><code title=${text}>${shown}</code><button class="copy" type="button"
    aria-label="Copy" title="Copy" @click=${(e: Event) => copy(text, e.currentTarget as HTMLElement)}>
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><rect x="5.5" y="5.5" width="8" height="9" rx="1.5"/><path d="M10.5 3V2.5A1 1 0 0 0 9.5 1.5h-6a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1H4"/></svg></button></span>`;
}

async function copy(text: string, button: HTMLElement) {
  await navigator.clipboard.writeText(text);
  button.classList.add('done');
  setTimeout(() => button.classList.remove('done'), 1200);
}
