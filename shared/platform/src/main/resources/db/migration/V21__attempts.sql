-- The end of the log of an attempt whose process died.
alter table attempt add column log_tail text;

-- Who a job belongs to: workers are shared fairly between tenants.
alter table job add column if not exists tenant text not null default 'default';
create index job_tenants on job (tenant) where state in ('RUNNING', 'CANCELLING');

-- When the objects of a finished job's attempts that its artifact does not name were deleted.
alter table job add column collected_at timestamptz;
create index job_uncollected on job (finished_at) where collected_at is null and finished_at is not null;
