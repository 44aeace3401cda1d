-- The head of a tenant's queue without reading what waits behind it: the job submitted first, and the one that starts next.
create index job_queue_by_age on job (tenant, id) where state = 'QUEUED';
create index job_queue_by_priority on job (tenant, priority desc, id) where state = 'QUEUED';
