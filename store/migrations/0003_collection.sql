-- From a planned batch to the file a bank gets.

create table batch (
  tenant_id bigint not null,
  id uuid not null,
  number text not null,
  creditor_account_id uuid not null,
  state text not null,
  collect_on date not null,
  instrument text not null,
  sequence text not null,
  is_retry boolean not null,
  currency text not null check (length(currency) = 3),
  claim_count bigint not null default 0 check (claim_count >= 0),
  sum_minor bigint not null default 0,
  prepared_by text not null,
  created_at timestamptz not null default now(),
  approved_by text,
  released_by text,
  version bigint not null default 0,
  constraint batch_pkey primary key (tenant_id, id),
  constraint batch_number unique (tenant_id, number),
  constraint batch_preparer unique (tenant_id, id, prepared_by),
  constraint batch_creditor_account foreign key (tenant_id, creditor_account_id)
    references creditor_account (tenant_id, id),
  constraint batch_approver_other_person check (approved_by is null or approved_by <> prepared_by),
  constraint batch_releaser_other_person check (released_by is null or released_by <> prepared_by)
);

create table batch_event (
  tenant_id bigint not null,
  batch_id uuid not null,
  number bigint not null check (number > 0),  -- The batch's version after it.
  kind text not null,
  from_state text not null,
  to_state text not null,
  on_day date not null default current_date,
  operator_name text not null,
  detail text not null,
  at timestamptz not null default now(),
  constraint batch_event_pkey primary key (tenant_id, batch_id, number),
  constraint batch_event_batch foreign key (tenant_id, batch_id) references batch (tenant_id, id)
);

create table batch_left_out (
  tenant_id bigint not null,
  batch_id uuid not null,
  bill_id uuid not null,
  bill_number text not null,
  reason text not null,
  sentence text not null,
  remedy text not null,
  constraint batch_left_out_pkey primary key (tenant_id, batch_id, bill_id),
  constraint batch_left_out_batch foreign key (tenant_id, batch_id) references batch (tenant_id, id)
);

-- A claim never changes after it was made. What became of it is the batch's state and, from the first word of the bank
-- on, its own events.
create table claim (
  tenant_id bigint not null,
  id uuid not null,
  batch_id uuid not null,
  creditor_account_id uuid not null,
  payer_id uuid not null,
  mandate_id uuid not null,
  reference text not null check (reference <> ''),
  sequence_number bigint not null check (sequence_number > 0),
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  collect_on date not null,
  sequence text not null,
  attempt integer not null check (attempt > 0),
  first_claim_id uuid,
  is_prenote boolean not null,
  mandate_reference text not null,
  payer_name text not null,
  account_key integer not null,
  account_sealed bytea not null,
  account_blind bytea not null,
  account_last4 text not null,
  bank text not null,
  account_kind text not null,
  signed_on date,
  old_reference text not null,
  old_creditor_id text not null,
  old_creditor_name text not null,
  old_account_key integer,
  old_account_sealed bytea,
  remittance text not null,
  constraint claim_pkey primary key (tenant_id, id),
  constraint claim_reference unique (tenant_id, reference),
  constraint claim_place unique (tenant_id, batch_id, sequence_number),
  constraint claim_amount check (is_prenote = (amount_minor = 0)),
  constraint claim_batch foreign key (tenant_id, batch_id) references batch (tenant_id, id),
  constraint claim_mandate foreign key (tenant_id, mandate_id) references mandate (tenant_id, id)
);
create index claim_of_mandate on claim (tenant_id, mandate_reference);
create index claim_blind on claim (tenant_id, account_blind);

-- Which bills a claim collects. `holds`: no other claim may collect them now. It goes when the claim failed.
create table claim_item (
  tenant_id bigint not null,
  claim_id uuid not null,
  bill_id uuid not null,
  amount_minor bigint not null check (amount_minor > 0),
  holds boolean not null default true,
  constraint claim_item_pkey primary key (tenant_id, claim_id, bill_id),
  constraint claim_item_claim foreign key (tenant_id, claim_id) references claim (tenant_id, id),
  constraint claim_item_bill foreign key (tenant_id, bill_id) references bill (tenant_id, id)
);
create unique index claim_item_holds on claim_item (tenant_id, bill_id) where holds;
create index claim_item_let_go on claim_item (tenant_id, bill_id) where not holds;

create table sealed_file (
  tenant_id bigint not null,
  id uuid not null,
  batch_id uuid not null,
  creditor_account_id uuid not null,
  sequence bigint not null check (sequence > 0),
  message_id text not null check (message_id <> ''),
  format text not null,
  file_name text not null check (file_name <> '' and file_name !~ '[/\\]'),
  sha256 bytea not null check (octet_length(sha256) = 32),
  byte_count bigint not null check (byte_count > 0),
  claim_count bigint not null check (claim_count > 0),
  sum_minor bigint not null check (sum_minor >= 0),
  trace_prefix text not null,
  trace_first bigint not null,
  trace_digits integer not null,
  sealed_by text not null,
  sealed_at timestamptz not null default now(),
  constraint sealed_file_pkey primary key (tenant_id, id),
  constraint sealed_file_batch unique (tenant_id, batch_id),
  constraint sealed_file_of_batch unique (tenant_id, batch_id, sha256),
  constraint sealed_file_digest unique (tenant_id, sha256),
  constraint sealed_file_message unique (tenant_id, message_id),
  constraint sealed_file_sequence unique (tenant_id, creditor_account_id, sequence),
  constraint sealed_file_batch_exists foreign key (tenant_id, batch_id) references batch (tenant_id, id),
  constraint sealed_file_account foreign key (tenant_id, creditor_account_id)
    references creditor_account (tenant_id, id)
);

-- A file's number is the one after the account's last, and no other.
create function sealed_file_sequence_gap_free() returns trigger language plpgsql as $$
begin
  if new.sequence <> 1 + coalesce((select max(sequence) from sealed_file
                                   where tenant_id = new.tenant_id
                                     and creditor_account_id = new.creditor_account_id), 0) then
    raise exception 'sealed_file_sequence_gap_free' using errcode = 'CF004';
  end if;
  return new;
end
$$;
create trigger sealed_file_sequence_gap_free before insert on sealed_file
  for each row execute function sealed_file_sequence_gap_free();

create table sealed_block (
  tenant_id bigint not null,
  file_id uuid not null,
  number bigint not null check (number > 0),
  block_id text not null,
  sequence text not null,
  claim_count bigint not null,
  sum_minor bigint not null,
  constraint sealed_block_pkey primary key (tenant_id, file_id, number),
  constraint sealed_block_file foreign key (tenant_id, file_id) references sealed_file (tenant_id, id)
    deferrable initially deferred
);

-- Chunks come before the row of their file, whose digest is only known at the end; the file must be there at commit.
create table sealed_file_chunk (
  tenant_id bigint not null,
  file_id uuid not null,
  number bigint not null check (number > 0),
  key_id integer not null,
  bytes bytea not null,
  constraint sealed_file_chunk_pkey primary key (tenant_id, file_id, number),
  constraint sealed_file_chunk_file foreign key (tenant_id, file_id) references sealed_file (tenant_id, id)
    deferrable initially deferred
);

-- An approval names the digest it is for, and the foreign key holds it to the sealed one; the preparer's name comes along
-- so that a check can compare it.
create table approval (
  tenant_id bigint not null,
  batch_id uuid not null,
  number bigint not null check (number > 0),  -- The batch's version after it.
  sha256 bytea not null,
  prepared_by text not null,
  approver text not null,
  at timestamptz not null default now(),
  constraint approval_pkey primary key (tenant_id, batch_id, number),
  constraint approval_digest foreign key (tenant_id, batch_id, sha256) references sealed_file (tenant_id, batch_id, sha256),
  constraint approval_preparer foreign key (tenant_id, batch_id, prepared_by)
    references batch (tenant_id, id, prepared_by),
  constraint approval_by foreign key (tenant_id, approver) references operator (tenant_id, name),
  constraint approval_other_person check (approver <> prepared_by)
);

create table release (
  tenant_id bigint not null,
  batch_id uuid not null,
  approval_number bigint not null,
  sha256 bytea not null,
  prepared_by text not null,
  releaser text not null,
  at timestamptz not null default now(),
  constraint release_pkey primary key (tenant_id, batch_id),
  constraint release_approval foreign key (tenant_id, batch_id, approval_number)
    references approval (tenant_id, batch_id, number),
  constraint release_digest foreign key (tenant_id, batch_id, sha256) references sealed_file (tenant_id, batch_id, sha256),
  constraint release_preparer foreign key (tenant_id, batch_id, prepared_by)
    references batch (tenant_id, id, prepared_by),
  constraint release_by foreign key (tenant_id, releaser) references operator (tenant_id, name),
  constraint release_other_person check (releaser <> prepared_by)
);
create function release_third_person() returns trigger language plpgsql as $$
begin
  if exists (select 1 from tenant t
             join approval a on a.tenant_id = t.tenant_id
             where t.tenant_id = new.tenant_id and t.release_rule = 'third-person'
               and a.batch_id = new.batch_id and a.number = new.approval_number and a.approver = new.releaser) then
    raise exception 'release_third_person' using errcode = 'CF005';
  end if;
  return new;
end
$$;
create trigger release_third_person before insert on release for each row execute function release_third_person();

-- Only what was released can be handed out.
create table outbox (
  tenant_id bigint not null,
  file_id uuid not null,
  batch_id uuid not null,
  state text not null check (state in ('waiting', 'taken', 'sent', 'unknown')),
  taken_by text,
  lease_until timestamptz,
  attempts bigint not null default 0,
  changed_at timestamptz not null default now(),
  constraint outbox_pkey primary key (tenant_id, file_id),
  constraint outbox_file foreign key (tenant_id, file_id) references sealed_file (tenant_id, id),
  constraint outbox_release foreign key (tenant_id, batch_id) references release (tenant_id, batch_id)
);

create table outbox_event (
  tenant_id bigint not null,
  file_id uuid not null,
  number bigint not null check (number > 0),
  from_state text not null,
  to_state text not null,
  operator_name text not null,
  at timestamptz not null default now(),
  constraint outbox_event_pkey primary key (tenant_id, file_id, number),
  constraint outbox_event_outbox foreign key (tenant_id, file_id) references outbox (tenant_id, file_id)
);

create table claim_event (
  tenant_id bigint not null,
  claim_id uuid not null,
  number integer not null check (number > 0),  -- Two that post to one claim at once collide here.
  kind text not null,
  from_state text not null,
  to_state text not null,
  on_day date not null,
  amount_minor bigint not null,
  charges_minor bigint not null,
  reason text not null,
  file_id uuid,      -- Of the bank, where an entry says it.
  position bigint,
  operator_name text not null,
  at timestamptz not null default now(),
  constraint claim_event_pkey primary key (tenant_id, claim_id, number),
  constraint claim_event_claim foreign key (tenant_id, claim_id) references claim (tenant_id, id)
);

-- What a person put right after a claim failed; the next plan may take its bills again.
create table claim_repair (
  tenant_id bigint not null,
  claim_id uuid not null,
  operator_name text not null,
  how text not null,
  at timestamptz not null default now(),
  constraint claim_repair_pkey primary key (tenant_id, claim_id),
  constraint claim_repair_claim foreign key (tenant_id, claim_id) references claim (tenant_id, id)
);

-- What a batch did to its mandates, so that it does so once.
create table batch_mandate_effect (
  tenant_id bigint not null,
  batch_id uuid not null,
  effect text not null check (effect in ('sent', 'settled')),
  at timestamptz not null default now(),
  constraint batch_mandate_effect_pkey primary key (tenant_id, batch_id, effect),
  constraint batch_mandate_effect_batch foreign key (tenant_id, batch_id) references batch (tenant_id, id)
);

-- What a batch's state means for a claim that has no event of its own.
create function claim_state_of_batch(state text) returns text language sql immutable as $$
  select case state
    when 'draft' then 'planned'
    when 'sealed' then 'sealed'
    when 'approved' then 'sealed'
    when 'released' then 'released'
    when 'sent' then 'sent'
    when 'voided' then 'voided'
    else 'acknowledged'
  end
$$;

do $$
declare
  name text;
begin
  foreach name in array array['batch_event', 'batch_left_out', 'claim', 'sealed_file', 'sealed_block',
                              'sealed_file_chunk', 'approval', 'release', 'outbox_event', 'claim_event', 'claim_repair',
                              'batch_mandate_effect']
  loop
    execute format('create trigger %1$s_append_only before update or delete on %1$I '
                   'for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_keep before truncate on %1$I '
                   'for each statement execute function refuse_change()', name);
    execute format('grant select, insert on %I to counterfoil_app', name);
  end loop;
end
$$;

grant select, insert on batch, claim_item, outbox to counterfoil_app;
grant update (state, claim_count, sum_minor, approved_by, released_by, version) on batch to counterfoil_app;
grant update (holds) on claim_item to counterfoil_app;
grant update (state, taken_by, lease_until, attempts, changed_at) on outbox to counterfoil_app;
