-- Which job another was made from: a clone begins anew, a retry goes on behind the committed blocks of the job that it retries.
alter table job add column cloned_from uuid references job;
alter table job add column retry_of uuid references job;

-- The first of the jobs that retry one another. They may name one another's objects, so these are collected when all are finished.
alter table job add column family uuid references job;
update job set family = id;
alter table job alter column family set not null;
create index job_family on job (family);

-- From the moment on that its objects are being deleted, no retry takes a job's blocks over.
alter table job add column collecting boolean not null default false;
