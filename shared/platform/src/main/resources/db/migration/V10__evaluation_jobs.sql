-- Scores of every kind, progress, and evaluations that no quantization job asked for.

alter table evaluation add column scores text;   -- Score[]
alter table evaluation add column progress text; -- EvaluationProgress

create table evaluation_job (
    id                 uuid primary key, -- version 7: sorts by time
    version            bigint      not null,
    state              text        not null,
    spec               text        not null, -- EvaluationJobSpec
    model              text        not null, -- RegisteredModel
    artifact           text,                 -- ArtifactManifest; null: the model itself is measured
    datasets           text        not null, -- RegisteredDataset[]
    attempt            integer     not null,
    epoch              bigint      not null,
    worker_id          text,
    heartbeat_at       timestamptz,
    lease_until        timestamptz,
    queued_at          timestamptz not null,
    rung_at            timestamptz not null,
    not_before         timestamptz,
    attempt_started_at timestamptz,
    failures           text        not null, -- failure codes of the attempts so far, space-separated
    failure            text,                 -- Failure
    measurements       text,
    scores             text,                 -- Score[]
    progress           text,                 -- EvaluationProgress
    idempotency_key    text        not null unique,
    fingerprint        text        not null,
    created_at         timestamptz not null,
    finished_at        timestamptz
);
create index evaluation_job_live on evaluation_job (state, queued_at) where state in ('QUEUED', 'RUNNING');
