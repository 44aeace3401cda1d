/** The public API as this page uses it: there is no other way in. */

export type JobState = 'SUBMITTED' | 'VALIDATING' | 'REJECTED' | 'QUEUED' | 'RUNNING' | 'EVALUATING' | 'PAUSED'
  | 'CANCELLING' | 'CANCELLED' | 'SUCCEEDED' | 'FAILED';

export const TERMINAL: readonly JobState[] = ['REJECTED', 'CANCELLED', 'SUCCEEDED', 'FAILED'];

export const PHASES = ['FETCH', 'CALIBRATE', 'PREFIX', 'BLOCKS', 'EXPORT', 'PUBLISH'] as const;
export type Phase = typeof PHASES[number];

export interface Progress {
  phase: Phase;
  blocksDone: number;
  blocks: number;
  secondsPerBlock?: number;
  etaSeconds?: number;
  updatedAt?: string;
  waitingFor?: WaitingFor;
}

export interface WaitingFor { store: string; since?: string }

export interface Failure { code: string; message: string; remedy: string; phase?: Phase; block?: number; attempt: number }

export interface Perplexity {
  dataset: string; datasetSha256: string; protocol: string; window: number; tokens: number; windows: number;
  bos: string; prefixSha256: string; dtype: string; codeVersion: string; perplexity: number; seconds: number;
}

export interface Result { quantized: Perplexity; baseline: Perplexity; ratio: number; lnPerplexityRatio?: Estimate }

export interface Estimate { value: number; stderr: number }
export interface TaskResult {
  dataset: string; datasetSha256: string; task: string; shots: number; documents: number; dtype: string; metrics: Record<string, Estimate>;
}
export interface TaskScore { quantized: TaskResult; baseline?: TaskResult; difference: Record<string, Estimate> }
export interface DivergenceResult {
  dataset: string; datasetSha256: string; protocol: string; window: number; predictions: number; dtype: string;
  kl: Estimate; klMax: number; rmsDeltaP: Estimate; sameTop: Estimate;
}
export interface DivergenceScore { divergence: DivergenceResult }
/** An error's propagation has a card of its own. */
export type Score = Result | TaskScore | DivergenceScore | { propagation: unknown };

export const PRIORITIES = ['low', 'normal', 'high'] as const;
export type Priority = typeof PRIORITIES[number];

export interface JobSummary {
  id: string; state: JobState; heartbeatLate: boolean; pauseRequested: boolean; model: string; recipe: string;
  code: string; priority: Priority; labels: Record<string, string>; attempt: number; blocks: number; progress?: Progress;
  measurements: Result[]; artifactBytes?: number; failure?: Failure;
  submittedAt: string; updatedAt: string; startedAt?: string; finishedAt?: string; workerId?: string; clonedFrom?: string; retryOf?: string;
}

export interface Spec {
  model: string; recipe: string | Record<string, unknown>; calibrationDataset: string;
  calibration?: { samples: number; sequenceLength: number; seed: number }; systemPrompt?: string;
  evaluation?: { dataset: string; protocol?: string; window?: number; propagation?: number }[];
  qualityGate?: { maxPerplexityRatio: number }; exports?: string[]; priority?: Priority; limits?: Record<string, string>; labels?: Record<string, string>;
}

export interface Condition { type: string; status: 'TRUE' | 'FALSE' | 'UNKNOWN'; reason: string }

export interface Job extends JobSummary {
  spec: Spec;
  resolvedRecipe: Record<string, unknown>; modelDigest: string; calibrationSha256: string;
  conditions: Condition[]; artifactDigest?: string; lastSequence: number; notBefore?: string;
}

export interface BlockReport {
  block: number; lossBefore: number; lossAfter: number; heldOutBefore: number; heldOutAfter: number;
  relativeError: number; seconds: number; peakMemoryBytes: number; attempt: number; notes: string[];
}

export interface Scale { low: number; high: number }
export interface Scales { vertical: Scale; linears: Scale; horizontal: Scale; received: Scale }
export interface Bin { first: number; last: number; prefix: boolean }
export interface Spread { received: number[]; later: number[]; map: number[][] }
export interface Horizontal { windows: number; bins: Bin[]; mean: Spread; blocks: Spread[] }
export interface ErrorBlock { block: number; firstToken: number; others: number; linears: Record<string, number> }
export interface ErrorMap {
  dataset: string; window: number; windows: number; prefixTokens: number; dtype: string; blocks: ErrorBlock[];
  horizontal: Horizontal; scales: Scales;
}

export interface Attempt {
  number: number; workerId: string; resumedFromBlock: number; startedAt: string; endedAt?: string;
  outcome?: string; failure?: Failure; logTail?: string;
}

export interface ArtifactFile { name: string; bytes: number; sha256: string }
export interface Manifest { digest: string; format: string; formatVersion: number; files: ArtifactFile[] }

export interface JobEvent { jobId: string; sequence: number; type: string; at: string; data: Record<string, unknown> }

export interface ModelFile { name: string; bytes: number; sha256: string }
export interface Model {
  name: string; digest: string; architecture: string; blocks: number; parameters: number; bytes: number; files: ModelFile[];
}
export interface DatasetSchema { kind: 'TEXT' | 'DOCUMENTS' | 'TASK'; task?: string }
export interface Dataset { name: string; format: string; schema?: DatasetSchema; bytes: number; sha256: string }
export interface Obstacle { pointer: string; reason: string; remedy: string }
export interface Serving { format: string; possible: boolean; readers: string[]; obstacles: Obstacle[]; command: string; notes: string[] }
export interface Recipe {
  name: string; code: string; bitsPerWeight: number; needs: string[]; about: { purpose?: string }; serving: Serving[];
}
export interface Export {
  id: string; artifact: string; format: string; state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'; attempt: number;
  progress?: { written: number; total: number }; failure?: Failure; files: ArtifactFile[]; bytes: number; digest?: string;
}
export interface Exports { items: Export[]; formats: Serving[] }
export interface FieldError { pointer: string; message: string; remedy: string }
export interface QueueContext {
  reason: 'NOT_QUEUED' | 'BACK_OFF' | 'OTHERS_FIRST' | 'NO_FREE_WORKER'; priority: Priority;
  aheadOfTenant: number; ahead: number; running: number; runningOfTenant: number; notBefore?: string;
}
export interface Evaluation {
  id: string; state: string; attempt: number; progress?: { what: string; done: number; of: number }; scores: Score[];
}
export interface Quotas {
  tenant: string; caller: string; roles: string[]; liveJobs: number; maxLiveJobs: number; requestsPerMinute: number;
}

/** What the service says when it refuses. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string, readonly errors: FieldError[] = []) {
    super(message);
  }
}

const JOBS = '/v1/quantization-jobs';
const KEY = 'bisup.key';

/** The key of who looks at a service that asks; it lives as long as the tab. */
export const key = {
  get: () => sessionStorage.getItem(KEY) ?? undefined,
  set: (value: string) => sessionStorage.setItem(KEY, value.trim()),
  forget: () => sessionStorage.removeItem(KEY),
};

function authorized(headers: Record<string, string>): Record<string, string> {
  const known = key.get();
  return known ? { ...headers, Authorization: `Bearer ${known}` } : headers;
}

const seen = new Map<string, { tag: string; body: unknown }>();

/** Reads JSON; an unchanged document costs a 304. */
async function get<T>(path: string): Promise<T> {
  const known = seen.get(path);
  const headers = authorized({ Accept: 'application/json' });
  if (known) {
    headers['If-None-Match'] = known.tag;
  }
  const answer = await fetch(path, { headers });
  if (answer.status === 304 && known) {
    return known.body as T;
  }
  const body = await checked(answer);
  const tag = answer.headers.get('ETag');
  if (tag) {
    seen.set(path, { tag, body });
  }
  return body as T;
}

async function checked(answer: Response): Promise<unknown> {
  const body: any = await answer.json().catch(() => undefined);
  if (!answer.ok) {
    if (answer.status === 401) {
      dispatchEvent(new Event('bisup-key-wanted'));
    }
    throw new Refusal(answer.status, body?.detail ?? `the service answered ${answer.status}`, body?.errors ?? []);
  }
  return body;
}

const one = (id: string) => `${JOBS}/${encodeURIComponent(id)}`;

export const errorMapUrl = (id: string) => `${one(id)}/error-map`;

const artifact = (id: string) => `/v1/artifacts/${encodeURIComponent(id)}`;

export const api = {
  jobs: (states: readonly string[], pageToken?: string, labels: readonly string[] = []) => {
    const query = new URLSearchParams({ pageSize: '50' });
    labels.forEach(l => query.append('label', l));
    states.forEach(s => query.append('state', s));
    if (pageToken) {
      query.set('pageToken', pageToken);
    }
    return get<{ items: JobSummary[]; nextPageToken?: string }>(`${JOBS}?${query}`);
  },
  job: (id: string) => get<Job>(one(id)),
  blocks: (id: string) => get<BlockReport[]>(`${one(id)}/blocks`),
  errorMap: (id: string) => get<ErrorMap>(errorMapUrl(id)),
  queue: (id: string) => get<QueueContext>(`${one(id)}/queue-context`),
  evaluations: async (id: string) => (await get<{ items: Evaluation[] }>(`${one(id)}/evaluations`)).items,
  attempts: (id: string) => get<Attempt[]>(`${one(id)}/attempts`),
  events: (id: string, after: number) =>
    get<{ events: JobEvent[]; next: number }>(`${one(id)}/events?limit=1000&after=${after}`),
  manifest: (id: string) => get<Manifest>(artifact(id)),
  exports: (id: string) => get<Exports>(`${artifact(id)}/exports`),
  export: async (id: string, format: string, idempotencyKey: string) => {
    const headers = authorized({ Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey });
    await checked(await fetch(`${artifact(id)}/exports`, { method: 'POST', headers, body: JSON.stringify({ format }) }));
  },
  cancelExport: async (id: string, made: string) => {
    await checked(await fetch(`${artifact(id)}/exports/${made}:cancel`, { method: 'POST', headers: authorized({ Accept: 'application/json' }) }));
  },
  command: async (id: string, verb: 'cancel' | 'pause' | 'resume') => {
    await checked(await fetch(`${one(id)}:${verb}`, { method: 'POST', headers: authorized({ Accept: 'application/json' }) }));
  },
  /** Another job that tries this one again. */
  retry: async (id: string, idempotencyKey: string) => {
    const headers = authorized({ Accept: 'application/json', 'Idempotency-Key': idempotencyKey });
    return await checked(await fetch(`${one(id)}:retry`, { method: 'POST', headers })) as { id: string };
  },
  /** Another job of the same spec but for these changes. */
  clone: async (id: string, changes: unknown, idempotencyKey: string) => {
    const headers = authorized({
      Accept: 'application/json', 'Content-Type': 'application/merge-patch+json', 'Idempotency-Key': idempotencyKey,
    });
    return await checked(await fetch(`${one(id)}:clone`, { method: 'POST', headers, body: JSON.stringify(changes) })) as { id: string };
  },
  models: async () => (await get<{ items: Model[] }>('/v1/models')).items,
  datasets: async () => (await get<{ items: Dataset[] }>('/v1/datasets')).items,
  recipes: async () => (await get<{ items: Recipe[] }>('/v1/recipes')).items,
  quotas: () => get<Quotas>('/v1/quotas'),
  submit: async (spec: Spec, validateOnly: boolean, idempotencyKey: string) => {
    const headers = authorized({ Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey });
    const answer = await fetch(`${JOBS}${validateOnly ? '?validateOnly=true' : ''}`, { method: 'POST', headers, body: JSON.stringify(spec) });
    return await checked(answer) as { id?: string; code?: string; serving?: Serving[] };
  },
  eventsUrl: (id: string, after: number) => `${one(id)}/events?after=${after}`,
};
