-- A job's own limits, where its spec gives them; the service's own hold as well.
alter table job add column max_pending_seconds bigint;
alter table job add column max_attempt_seconds bigint;
