import { html, nothing, type TemplateResult } from 'lit';
import { type Attempt, type Job, PHASES, TERMINAL } from './api';
import { between, clock, duration, UNKNOWN, words } from './format';

type Step = 'done' | 'now' | 'stopped' | 'unknown' | 'todo';

/** The way of a job through its phases: what is done, where it is, what comes. */
export function timeline(job: Job): TemplateResult {
  const steps = [['QUEUED', queued(job)], ...PHASES.map(p => [p, phase(job, p)]), ['EVALUATE', evaluation(job)]] as [string, Step][];
  return html`<ol class="timeline" aria-label="Phases">${steps.map(([name, step]) => html`
    <li class=${step} aria-current=${step === 'now' || step === 'unknown' ? 'step' : nothing}>
      <span class="mark" aria-hidden="true"></span><span>${words(name)}</span>
      <small>${detail(job, name, step)}</small></li>`)}</ol>`;
}

function queued(job: Job): Step {
  return job.startedAt || job.attempt > 0 ? 'done' : TERMINAL.includes(job.state) ? 'stopped' : 'now';
}

function phase(job: Job, name: typeof PHASES[number]): Step {
  if (job.artifactDigest) {
    return 'done';
  }
  const at = job.progress ? PHASES.indexOf(job.progress.phase) : -1;
  const own = PHASES.indexOf(name);
  if (own < at) {
    return 'done';
  }
  if (own > at) {
    return 'todo';
  }
  return job.state === 'RUNNING' ? (job.heartbeatLate ? 'unknown' : 'now') : 'stopped';
}

function evaluation(job: Job): Step {
  const complete = job.conditions.find(c => c.type === 'EvaluationComplete');
  if (complete?.status === 'TRUE' && complete.reason !== 'NotAskedFor') {
    return 'done';
  }
  return job.state === 'EVALUATING' ? 'now' : job.state === 'FAILED' && job.artifactDigest ? 'stopped' : 'todo';
}

function detail(job: Job, name: string, step: Step): string {
  if (name === 'QUEUED') {
    return duration(between(job.submittedAt, job.startedAt ?? job.finishedAt));
  }
  if (name === 'BLOCKS' && job.progress && step !== 'todo') {
    return `${job.artifactDigest ? job.blocks : job.progress.blocksDone} of ${job.blocks}`;
  }
  return step === 'unknown' ? 'no heartbeat' : step === 'now' ? 'now' : step === 'stopped' ? 'stopped here' : '';
}

/** Every try at the job: who, when, from where, and how it ended. */
export function attempts(all: Attempt[]): TemplateResult {
  return html`<div class="scroll"><table>
    <thead><tr><th class="num">Attempt</th><th>Worker</th><th>Started</th><th class="num">Took</th><th class="num">From block</th><th>Ended</th></tr></thead>
    <tbody>${all.map(a => html`<tr><td class="num">${a.number}</td><td>${a.workerId}</td><td>${clock(a.startedAt)}</td>
      <td class="num">${duration(between(a.startedAt, a.endedAt))}</td><td class="num">${a.resumedFromBlock}</td>
      <td>${a.outcome ?? 'running'}${a.failure ? html`<small>${a.failure.code}: ${a.failure.message}</small>` : nothing}
        ${a.logTail ? html`<details><summary>Its last lines</summary><pre>${a.logTail}</pre></details>` : nothing}</td></tr>`)}
    ${all.length === 0 ? html`<tr><td colspan="6" class="quiet">none yet ${UNKNOWN} waiting for a worker</td></tr>` : nothing}</tbody></table></div>`;
}
