import { type Evaluation, type Job, type QueueContext } from './api';
import { ago, between, bytes, duration, perplexity, ratio, words } from './format';

/** The job in one sentence, for who reads nothing else. */
export function verdict(job: Job, queue?: QueueContext, evaluation?: Evaluation): string {
  switch (job.state) {
    case 'SUBMITTED':
    case 'VALIDATING': return 'Being checked.';
    case 'QUEUED': return `${queued(job)}${queue ? ` ${place(queue)}` : ''}`;
    case 'RUNNING': return running(job);
    case 'EVALUATING': return `Quantized to ${bytes(job.artifactBytes)}; it is being measured beside the FP model${measuring(evaluation)}.`;
    case 'PAUSED': return `Paused after ${job.progress?.blocksDone ?? 0} of ${job.blocks} blocks; resume it when you like, nothing is lost.`;
    case 'CANCELLING': return 'Being cancelled: the worker finishes its step and stops.';
    case 'CANCELLED': return `Cancelled${job.artifactDigest ? '; its artifact is kept.' : ` after ${job.progress?.blocksDone ?? 0} of ${job.blocks} blocks.`}`;
    case 'REJECTED': return 'Refused: it cannot run as it is.';
    case 'FAILED': return failed(job);
    case 'SUCCEEDED': return succeeded(job);
  }
}

/** How far the evaluation is, in which attempt. */
function measuring(evaluation?: Evaluation): string {
  const p = evaluation?.progress;
  const tries = evaluation && evaluation.attempt > 1 ? ` (attempt ${evaluation.attempt})` : '';
  return p ? `: ${p.what}, ${p.done} of ${p.of}${tries}` : tries;
}

/** Why it waits, and how many before it. */
function place(queue: QueueContext): string {
  switch (queue.reason) {
    case 'NOT_QUEUED': return '';
    case 'BACK_OFF': return queue.notBefore ? `The pause ends in ${duration((Date.parse(queue.notBefore) - Date.now()) / 1000)}.` : 'It pauses after a failure.';
    case 'OTHERS_FIRST': return `${queue.ahead} ${queue.ahead === 1 ? 'job' : 'jobs'} start before it, ${queue.aheadOfTenant} of them yours; ${queue.running} at work.`;
    case 'NO_FREE_WORKER': return queue.running > 0 ? `It is next; ${queue.running} at work.` : 'It is next, and no worker is at work: look whether one lives.';
  }
}

function queued(job: Job): string {
  return job.attempt === 0 ? `Waiting for a worker for ${duration(between(job.submittedAt))}.`
    : `Attempt ${job.attempt} ended${job.failure ? ` (${words(job.failure.code)})` : ''}; the next one goes on after `
      + `${job.progress?.blocksDone ?? 0} of ${job.blocks} blocks.`;
}

function running(job: Job): string {
  if (job.heartbeatLate) {
    return `The worker has not been heard for ${ago(job.progress?.updatedAt ?? job.updatedAt).replace(' ago', '')}: what it does is unknown. `
      + 'If it stays silent, another worker takes over at the last committed block.';
  }
  if (job.progress?.waitingFor) {
    return `Waiting for the ${job.progress.waitingFor.store}${job.progress.waitingFor.since ? ` for ${duration(between(job.progress.waitingFor.since))}` : ''}; it goes on by itself.`;
  }
  if (!job.progress) {
    return 'A worker has begun.';
  }
  const left = job.progress.etaSeconds === undefined ? 'time left not known yet' : `about ${duration(job.progress.etaSeconds)} left`;
  return `${job.progress.blocksDone} of ${job.blocks} blocks done${job.progress.phase === 'BLOCKS' ? '' : `, now in phase ${words(job.progress.phase)}`}; ${left}`
    + `${job.attempt > 1 ? ` (attempt ${job.attempt})` : ''}.`;
}

function failed(job: Job): string {
  const code = job.failure ? words(job.failure.code) : 'failure';
  const where = job.failure?.block !== undefined ? ` at block ${job.failure.block}` : '';
  return `Failed${where}: ${code}.${job.artifactDigest ? ' The artifact is kept.' : ''}`;
}

function succeeded(job: Job): string {
  const results = job.measurements.map(m => `${perplexity(m.quantized.perplexity)} on ${m.quantized.dataset} `
    + `(FP ${perplexity(m.baseline.perplexity)}, ${ratio(m.ratio)})`);
  const measured = results.length ? `; perplexity ${results.join(' and ')}` : job.spec.evaluation?.length ? '' : '; nothing was asked to be measured';
  return `${job.code}, ${bytes(job.artifactBytes)}${measured}.`;
}
