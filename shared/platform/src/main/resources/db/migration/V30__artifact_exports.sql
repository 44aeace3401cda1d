-- Artifacts in the forms of other programs. Those made with the job stand here, ended, from the artifact's publication on;
-- those asked for later are claimed, fenced and settled as jobs are.

create table artifact_export (
    id                 uuid primary key, -- version 7: sorts by time
    version            bigint      not null,
    job_id             uuid        not null references job, -- whose artifact
    tenant             text        not null references tenant,
    format             text        not null, -- ExportFormat
    state              text        not null, -- ExportState
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
    files              text,                 -- ObjectEntry[]
    digest             text,
    progress           text,                 -- ExportedBytes
    created_at         timestamptz not null,
    finished_at        timestamptz,
    collected_at       timestamptz           -- when the objects of attempts that came to nothing were deleted
);
create index artifact_export_of_job on artifact_export (job_id, id);
create index artifact_export_live on artifact_export (state, queued_at) where state in ('QUEUED', 'RUNNING');
create index artifact_export_uncollected on artifact_export (finished_at) where collected_at is null and finished_at is not null;
-- One export of a form: another is made only after a failure or a cancel.
create unique index artifact_export_one on artifact_export (job_id, format) where state in ('QUEUED', 'RUNNING', 'SUCCEEDED');
