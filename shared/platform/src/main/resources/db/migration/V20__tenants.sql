-- Who may do what: tenants with their limits, keys, and what was done. Everything that existed before belongs to 'default'.

create table tenant (
    id                  text primary key,
    max_live_jobs       integer     not null,
    requests_per_minute integer     not null,
    created_at          timestamptz not null default clock_timestamp()
);
insert into tenant (id, max_live_jobs, requests_per_minute) values ('default', 10000, 12000);

create table api_key (
    id         text primary key, -- the part of the key that is no secret
    tenant     text        not null references tenant,
    name       text        not null,
    role       text        not null, -- Role
    digest     text        not null, -- SHA-256 of the secret part: 256 random bits need no slow hash
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);

create table audit (
    row_id   bigint generated always as identity primary key,
    at       timestamptz not null default clock_timestamp(),
    tenant   text        not null,
    caller   text        not null,
    action   text        not null, -- method and path
    status   integer     not null,
    address  text        not null
);
create index audit_of_tenant on audit (tenant, row_id);

alter table job add column tenant text not null default 'default' references tenant;
alter table job alter column tenant drop default;
create index job_of_tenant on job (tenant, id);
create index job_live_of_tenant on job (tenant) where state not in ('REJECTED', 'SUCCEEDED', 'FAILED', 'CANCELLED');

alter table model add column tenant text not null default 'default' references tenant;
alter table model alter column tenant drop default;
alter table model drop constraint model_pkey;
alter table model add primary key (tenant, name);

alter table dataset add column tenant text not null default 'default' references tenant;
alter table dataset alter column tenant drop default;
alter table dataset drop constraint dataset_pkey;
alter table dataset add primary key (tenant, name);

alter table idempotency add column tenant text not null default 'default' references tenant;
alter table idempotency alter column tenant drop default;
alter table idempotency drop constraint idempotency_pkey;
alter table idempotency add primary key (tenant, key);
