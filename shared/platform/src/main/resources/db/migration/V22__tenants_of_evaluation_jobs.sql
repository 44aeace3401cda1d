-- Whose an evaluation job of its own is; those that existed before belong to 'default'.

alter table evaluation_job add column tenant text not null default 'default' references tenant;
alter table evaluation_job alter column tenant drop default;
alter table evaluation_job drop constraint evaluation_job_idempotency_key_key;
alter table evaluation_job add constraint evaluation_job_key unique (tenant, idempotency_key);
create index evaluation_job_of_tenant on evaluation_job (tenant, id);
