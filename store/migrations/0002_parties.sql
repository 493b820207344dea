-- Who collects, who pays, what was allowed and what is owed.

create table creditor_account (
  tenant_id bigint not null,
  id uuid not null,
  label text not null check (label <> ''),
  name text not null,
  scheme text not null,
  format text not null,
  profile text not null,
  instrument text not null,
  calendar text not null,
  currency text not null check (length(currency) = 3),
  account_key integer not null,
  account_sealed bytea not null,
  account_blind bytea not null check (octet_length(account_blind) = 16),
  account_last4 text not null,
  bank text not null,
  creditor_id text not null,
  lead_bank_days integer not null,
  notice_days integer not null,
  cut_off_minute integer not null check (cut_off_minute between 0 and 1440),
  time_zone text not null,
  first_as text not null,
  combine_bills boolean not null,
  most_minor bigint not null check (most_minor >= 0),
  version bigint not null default 0,
  constraint creditor_account_pkey primary key (tenant_id, id),
  constraint creditor_account_label unique (tenant_id, label),
  constraint creditor_account_tenant foreign key (tenant_id) references tenant (tenant_id)
);
create index creditor_account_blind on creditor_account (tenant_id, account_blind);

create table creditor_account_setting (
  tenant_id bigint not null,
  creditor_account_id uuid not null,
  name text not null,
  value text not null,
  constraint creditor_account_setting_pkey primary key (tenant_id, creditor_account_id, name),
  constraint creditor_account_setting_account foreign key (tenant_id, creditor_account_id)
    references creditor_account (tenant_id, id)
);

-- Gap-free numbers of an account's files and entries. A number is never given back.
create table creditor_counter (
  tenant_id bigint not null,
  creditor_account_id uuid not null,
  name text not null check (name in ('file', 'trace')),
  next_number bigint not null default 1 check (next_number > 0),
  constraint creditor_counter_pkey primary key (tenant_id, creditor_account_id, name),
  constraint creditor_counter_account foreign key (tenant_id, creditor_account_id)
    references creditor_account (tenant_id, id)
);
create function counter_only_rises() returns trigger language plpgsql as $$
begin
  if new.next_number < old.next_number then
    raise exception 'counter_only_rises' using errcode = 'CF003';
  end if;
  return new;
end
$$;
create trigger creditor_counter_only_rises before update on creditor_counter
  for each row execute function counter_only_rises();
create trigger tenant_counter_only_rises before update on tenant_counter
  for each row execute function counter_only_rises();

create table payer (
  tenant_id bigint not null,
  id uuid not null,
  number text not null check (number <> ''),
  name text not null,
  street text not null default '',
  building text not null default '',
  postcode text not null default '',
  town text not null default '',
  country text not null default '',
  email text not null default '',
  constraint payer_pkey primary key (tenant_id, id),
  constraint payer_number unique (tenant_id, number),
  constraint payer_tenant foreign key (tenant_id) references tenant (tenant_id)
);

create table mandate (
  tenant_id bigint not null,
  id uuid not null,
  reference text not null check (reference <> ''),
  scheme text not null,
  instrument text not null,
  creditor_account_id uuid not null,
  payer_id uuid not null,
  payer_name text not null,
  account_key integer not null,
  account_sealed bytea not null,
  account_blind bytea not null check (octet_length(account_blind) = 16),
  account_last4 text not null,
  bank text not null,
  account_kind text not null,
  street text not null default '',
  building text not null default '',
  postcode text not null default '',
  town text not null default '',
  country text not null default '',
  signed_on date,
  one_off boolean not null,
  state text not null,
  pending text not null,
  end_kind text not null,
  ended_on date,
  earliest_debit_on date,
  last_collected_on date,
  used bigint not null default 0 check (used >= 0),
  final_next boolean not null default false,
  final_sent boolean not null default false,
  old_reference text not null default '',
  old_creditor_id text not null default '',
  old_creditor_name text not null default '',
  old_account_key integer,
  old_account_sealed bytea,
  most_minor bigint not null default 0 check (most_minor >= 0),
  version bigint not null default 0,
  constraint mandate_pkey primary key (tenant_id, id),
  constraint mandate_reference unique (tenant_id, creditor_account_id, reference),
  constraint mandate_payer foreign key (tenant_id, payer_id) references payer (tenant_id, id),
  constraint mandate_creditor_account foreign key (tenant_id, creditor_account_id)
    references creditor_account (tenant_id, id)
);
create index mandate_of_payer on mandate (tenant_id, payer_id);
create index mandate_blind on mandate (tenant_id, account_blind);

create table mandate_event (
  tenant_id bigint not null,
  mandate_id uuid not null,
  number bigint not null check (number >= 0),  -- The mandate's version after it.
  kind text not null,
  from_state text not null,
  to_state text not null,
  on_day date not null,
  detail text not null,
  operator_name text not null,
  at timestamptz not null default now(),
  constraint mandate_event_pkey primary key (tenant_id, mandate_id, number),
  constraint mandate_event_mandate foreign key (tenant_id, mandate_id) references mandate (tenant_id, id)
);

create table bill (
  tenant_id bigint not null,
  id uuid not null,
  number text not null check (number <> ''),
  payer_id uuid not null,
  mandate_reference text not null,
  currency text not null check (length(currency) = 3),
  amount_minor bigint not null,
  due_on date not null,
  period_from date,
  period_to date,
  notified_on date,
  remittance text not null,
  state text not null,
  imported_by text not null,
  imported_at timestamptz not null default now(),
  import_run_id uuid,
  approved_by text,
  approved_on date,
  version bigint not null default 0,
  constraint bill_pkey primary key (tenant_id, id),
  constraint bill_number unique (tenant_id, number),
  constraint bill_payer foreign key (tenant_id, payer_id) references payer (tenant_id, id),
  constraint bill_approver_other_person check (approved_by is null or approved_by <> imported_by)
);
create index bill_due on bill (tenant_id, due_on);
create index bill_of_payer on bill (tenant_id, payer_id);

create table bill_charge (
  tenant_id bigint not null,
  bill_id uuid not null,
  number integer not null check (number > 0),
  kind text not null,
  description text not null,
  amount_minor bigint not null,
  constraint bill_charge_pkey primary key (tenant_id, bill_id, number),
  constraint bill_charge_bill foreign key (tenant_id, bill_id) references bill (tenant_id, id)
);

create table bill_event (
  tenant_id bigint not null,
  bill_id uuid not null,
  number bigint not null check (number > 0),  -- The bill's version after it.
  kind text not null,
  from_state text not null,
  to_state text not null,
  operator_name text not null,
  detail text not null,
  at timestamptz not null default now(),
  constraint bill_event_pkey primary key (tenant_id, bill_id, number),
  constraint bill_event_bill foreign key (tenant_id, bill_id) references bill (tenant_id, id)
);

create trigger mandate_event_append_only before update or delete on mandate_event
  for each row execute function refuse_change();
create trigger mandate_event_keep before truncate on mandate_event for each statement execute function refuse_change();
create trigger bill_charge_append_only before update or delete on bill_charge
  for each row execute function refuse_change();
create trigger bill_event_append_only before update or delete on bill_event
  for each row execute function refuse_change();
create trigger bill_event_keep before truncate on bill_event for each statement execute function refuse_change();

grant select, insert on creditor_account, creditor_account_setting, creditor_counter, payer, mandate, mandate_event, bill,
  bill_charge, bill_event to counterfoil_app;
grant update on creditor_account, payer, mandate to counterfoil_app;
grant update, delete on creditor_account_setting to counterfoil_app;
grant update (next_number) on creditor_counter to counterfoil_app;
grant update (state, approved_by, approved_on, notified_on, version) on bill to counterfoil_app;
