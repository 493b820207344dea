-- The ground: which environment this is, whose data it holds, who acts, and what was done.
--
-- Rules of the whole schema: tenant_id comes first in every key of every table that belongs to a tenant; ids are made by
-- the client; amounts are whole minor units in bigint. History can be added to and never changed: the application role
-- has no right to, and a trigger stops everybody else who forgets.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'append_only' using errcode = 'CF001';
end
$$;

create table installation (
  environment text not null check (environment in ('test', 'live')),
  id uuid not null,
  created_at timestamptz not null default now(),
  only_row boolean not null default true check (only_row),
  constraint installation_pkey primary key (environment),
  constraint installation_one_row unique (only_row)
);
create trigger installation_append_only before update or delete on installation
  for each row execute function refuse_change();
create trigger installation_keep before truncate on installation
  for each statement execute function refuse_change();

create table tenant (
  tenant_id bigint not null check (tenant_id > 0),
  environment text not null,
  label text not null check (label <> ''),
  name text not null,
  release_rule text not null default 'other-than-preparer' check (release_rule in ('other-than-preparer', 'third-person')),
  approver_limit_minor bigint not null default 0 check (approver_limit_minor >= 0),
  created_at timestamptz not null default now(),
  constraint tenant_pkey primary key (tenant_id),
  constraint tenant_label unique (label),
  constraint tenant_environment foreign key (environment) references installation (environment)
);

create table operator (
  tenant_id bigint not null,
  name text not null check (name <> ''),
  full_name text not null default '',
  system_user_name text,
  is_active boolean not null default true,
  created_by text not null,
  created_at timestamptz not null default now(),
  constraint operator_pkey primary key (tenant_id, name),
  constraint operator_system_user unique (tenant_id, system_user_name),
  constraint operator_tenant foreign key (tenant_id) references tenant (tenant_id)
);

create table operator_role (
  tenant_id bigint not null,
  operator_name text not null,
  role text not null check (role in ('reader', 'preparer', 'approver', 'releaser', 'courier', 'auditor', 'administrator')),
  granted_by text not null,
  granted_at timestamptz not null default now(),
  constraint operator_role_pkey primary key (tenant_id, operator_name, role),
  constraint operator_role_operator foreign key (tenant_id, operator_name) references operator (tenant_id, name)
);

-- Numbers people read, such as B-000123: counted up in the transaction that uses them, so a roll-back leaves no gap.
create table tenant_counter (
  tenant_id bigint not null,
  name text not null check (name in ('batch', 'exception')),
  next_number bigint not null default 1 check (next_number > 0),
  constraint tenant_counter_pkey primary key (tenant_id, name),
  constraint tenant_counter_tenant foreign key (tenant_id) references tenant (tenant_id)
);

create table import_run (
  tenant_id bigint not null,
  id uuid not null,
  kind text not null check (kind <> ''),
  file_name text not null,
  sha256 bytea not null check (octet_length(sha256) = 32),
  rows_good bigint not null check (rows_good >= 0),
  rows_bad bigint not null check (rows_bad >= 0),
  operator_name text not null,
  at timestamptz not null default now(),
  constraint import_run_pkey primary key (tenant_id, id),
  constraint import_run_digest unique (tenant_id, kind, sha256),
  constraint import_run_tenant foreign key (tenant_id) references tenant (tenant_id)
);

create table idempotency (
  tenant_id bigint not null,
  key text not null check (key <> ''),
  request_sha256 bytea not null check (octet_length(request_sha256) = 32),
  result text not null,
  at timestamptz not null default now(),
  constraint idempotency_pkey primary key (tenant_id, key),
  constraint idempotency_tenant foreign key (tenant_id) references tenant (tenant_id)
);

create table audit (
  tenant_id bigint not null,
  sequence bigint not null check (sequence > 0),
  at_microseconds bigint not null,
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject text not null,
  details text not null,
  salt bytea not null check (octet_length(salt) = 16),
  details_digest bytea not null check (octet_length(details_digest) = 32),
  details_erased boolean not null default false,
  previous bytea not null check (octet_length(previous) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  constraint audit_pkey primary key (tenant_id, sequence),
  constraint audit_tenant foreign key (tenant_id) references tenant (tenant_id)
);
create index audit_subject on audit (tenant_id, subject_kind, subject);

-- The last link of each chain. Its row lock keeps the links of one tenant in order; a head can only move forward by one.
create table audit_head (
  tenant_id bigint not null,
  sequence bigint not null check (sequence >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  constraint audit_head_pkey primary key (tenant_id),
  constraint audit_head_tenant foreign key (tenant_id) references tenant (tenant_id)
);
create function audit_head_step() returns trigger language plpgsql as $$
begin
  if new.tenant_id <> old.tenant_id or new.sequence <> old.sequence + 1 then
    raise exception 'audit_head_step' using errcode = 'CF002';
  end if;
  return new;
end
$$;
create trigger audit_head_step before update on audit_head for each row execute function audit_head_step();

create trigger import_run_append_only before update or delete on import_run
  for each row execute function refuse_change();
create trigger idempotency_append_only before update or delete on idempotency
  for each row execute function refuse_change();
create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
create trigger audit_keep before truncate on audit for each statement execute function refuse_change();

grant usage on schema public to counterfoil_app;
grant select, insert on installation, tenant, operator, operator_role, tenant_counter, import_run, idempotency, audit,
  audit_head to counterfoil_app;
grant update (name, release_rule, approver_limit_minor) on tenant to counterfoil_app;
grant update (full_name, system_user_name, is_active) on operator to counterfoil_app;
grant delete on operator_role to counterfoil_app;
grant update (next_number) on tenant_counter to counterfoil_app;
grant update (sequence, hash) on audit_head to counterfoil_app;
