-- Which of a tenant's own jobs start first: the rank of the spec's priority.
alter table job add column priority smallint not null default 0;
