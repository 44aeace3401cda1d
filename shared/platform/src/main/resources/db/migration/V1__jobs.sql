-- The only truth about models, data sets, jobs and evaluations. Times are clock_timestamp() of this database, never a client's.

create table model (
    name          text primary key,
    digest        text        not null,
    document      text        not null, -- RegisteredModel
    registered_at timestamptz not null default clock_timestamp()
);

create table dataset (
    name          text primary key,
    digest        text        not null,
    document      text        not null, -- RegisteredDataset
    registered_at timestamptz not null default clock_timestamp()
);

create table job (
    id                 uuid primary key, -- version 7: sorts by time
    version            bigint      not null,
    state              text        not null,
    model              text        not null,
    model_digest       text        not null,
    blocks             integer     not null,
    spec               text        not null, -- QuantizationJobSpec
    recipe             text        not null, -- Recipe, resolved
    calibration        text        not null, -- RegisteredDataset
    pause_requested    boolean     not null,
    attempt            integer     not null,
    epoch              bigint      not null,
    blocks_committed   integer     not null,
    worker_id          text,
    heartbeat_at       timestamptz,
    lease_until        timestamptz,
    queued_at          timestamptz not null,
    rung_at            timestamptz not null, -- last bell
    not_before         timestamptz,          -- back-off
    attempt_started_at timestamptz,
    progress           text,                 -- Progress
    failure            text,                 -- Failure
    artifact_digest    text,
    artifact_bytes     bigint,
    measurements       text,                 -- Measurement[]
    last_sequence      bigint      not null,
    submitted_at       timestamptz not null,
    updated_at         timestamptz not null,
    started_at         timestamptz,
    finished_at        timestamptz
);
create index job_live on job (state, queued_at) where state in ('QUEUED', 'RUNNING', 'CANCELLING');
create index job_by_state on job (state, id);
create index job_by_model on job (model, id);
create index job_by_label on job using gin (((spec::jsonb) -> 'labels'));

-- What a job's names meant when it was submitted; apart, because lists do not need it.
create table job_input (
    job_id              uuid primary key references job,
    model               text not null, -- RegisteredModel
    evaluation_datasets text not null  -- RegisteredDataset[]
);

create table idempotency (
    key         text primary key,
    fingerprint text        not null,
    job_id      uuid        not null,
    created_at  timestamptz not null
);

create table attempt (
    row_id             bigint generated always as identity primary key,
    job_id             uuid        not null references job,
    number             integer     not null,
    epoch              bigint      not null,
    worker_id          text        not null,
    resumed_from_block integer     not null,
    started_at         timestamptz not null,
    ended_at           timestamptz,
    outcome            text,
    failure_code       text,
    failure            text,    -- Failure
    blocks_at_end      integer, -- failures that made no progress use up the allowance
    unique (job_id, number)
);

create table block (
    row_id  bigint generated always as identity primary key,
    job_id  uuid    not null references job,
    block   integer not null,
    report  text    not null, -- BlockReport
    objects text    not null, -- ObjectEntry[]
    unique (job_id, block)
);

create table artifact (
    job_id   uuid primary key references job,
    manifest text not null -- ArtifactManifest
);

create table job_event (
    row_id   bigint generated always as identity primary key,
    job_id   uuid        not null references job,
    sequence bigint      not null,
    type     text        not null,
    at       timestamptz not null,
    data     text        not null,
    unique (job_id, sequence)
);

create table outbox (
    row_id  bigint generated always as identity primary key,
    topic   text        not null,
    key     text        not null,
    payload text        not null,
    due_at  timestamptz not null
);
create index outbox_due on outbox (due_at);
create index outbox_key on outbox (key);

create table evaluation (
    id                 uuid primary key,
    version            bigint      not null,
    job_id             uuid        not null references job,
    state              text        not null,
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
    measurements       text,                 -- Measurement[]
    created_at         timestamptz not null,
    finished_at        timestamptz
);
create index evaluation_live on evaluation (state, queued_at) where state in ('QUEUED', 'RUNNING');
create index evaluation_of_job on evaluation (job_id, id);

-- Perplexities of FP models: measured once per protocol, whoever asks.
create table baseline (
    key        text primary key, -- SHA-256 of the canonical BaselineKey
    protocol   text        not null, -- BaselineKey
    result     text        not null, -- PerplexityResult
    created_at timestamptz not null default clock_timestamp()
);
