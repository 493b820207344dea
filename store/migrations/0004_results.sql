-- What a bank sent, what it was laid against, and what it did to the books.

create table bank_file (
  tenant_id bigint not null,
  id uuid not null,
  file_name text not null,
  sha256 bytea not null check (octet_length(sha256) = 32),
  byte_count bigint not null,
  scheme text not null,
  format text not null,
  kind text not null,
  channel text not null,
  logical_identity text not null,
  message_id text not null,
  original_message_id text not null,
  created text not null,
  creditor_account_id uuid,
  state text not null check (state in ('ingested', 'quarantined', 'refused')),
  entry_count bigint not null,
  finding_count bigint not null,
  received_by text not null,
  received_at timestamptz not null default now(),
  constraint bank_file_pkey primary key (tenant_id, id),
  constraint bank_file_digest unique (tenant_id, sha256),
  constraint bank_file_tenant foreign key (tenant_id) references tenant (tenant_id),
  constraint bank_file_account foreign key (tenant_id, creditor_account_id) references creditor_account (tenant_id, id)
);
create unique index bank_file_identity on bank_file (tenant_id, channel, logical_identity)
  where state = 'ingested' and logical_identity <> '';

create table bank_file_chunk (
  tenant_id bigint not null,
  file_id uuid not null,
  number bigint not null check (number > 0),
  key_id integer not null,
  bytes bytea not null,
  constraint bank_file_chunk_pkey primary key (tenant_id, file_id, number),
  constraint bank_file_chunk_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
    deferrable initially deferred
);

create table bank_block (
  tenant_id bigint not null,
  file_id uuid not null,
  number integer not null check (number > 0),
  line bigint not null,
  block_id text not null,
  original_id text not null,
  instrument text not null,
  creditor_account_last4 text not null,
  collect_on date,
  settled_on date,
  declared_count bigint not null,
  declared_sum_minor bigint not null,
  constraint bank_block_pkey primary key (tenant_id, file_id, number),
  constraint bank_block_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
    deferrable initially deferred
);

create table bank_finding (
  tenant_id bigint not null,
  file_id uuid not null,
  number bigint not null check (number > 0),
  code text not null,
  severity text not null,
  line bigint not null,
  column_first bigint not null,
  column_last bigint not null,
  path text not null,
  field text not null,
  message text not null,
  remedy text not null,
  refuses_file boolean not null,
  constraint bank_finding_pkey primary key (tenant_id, file_id, number),
  constraint bank_finding_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
    deferrable initially deferred
);

create table bank_statement (
  tenant_id bigint not null,
  file_id uuid not null,
  number integer not null check (number > 0),
  statement_id text not null,
  account_key integer not null,
  account_sealed bytea not null,
  account_blind bytea not null,
  account_last4 text not null,
  currency text not null,
  sequence_number text not null,
  from_day date,
  to_day date,
  opening_minor bigint,
  closing_minor bigint,
  credits bigint not null,
  debits bigint not null,
  credit_minor bigint not null,
  debit_minor bigint not null,
  constraint bank_statement_pkey primary key (tenant_id, file_id, number),
  constraint bank_statement_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
    deferrable initially deferred
);

-- Every line that speaks of a claim, a batch or a booking. Together with the file, its position is its name for good: two
-- lines that say the same are two lines.
create table bank_entry (
  tenant_id bigint not null,
  file_id uuid not null,
  position bigint not null check (position > 0),
  line bigint not null,
  block_number integer not null,
  level text not null,
  reference text,
  instruction_id text,
  mandate text,
  trace text,
  original_trace text,
  original_bank text,
  return_trace text,
  bank_reference text,
  original_message_id text,
  original_batch_id text,
  direction text not null,
  currency text not null,
  amount_minor bigint not null,
  booked_minor bigint not null,
  charges_minor bigint not null,
  collected_minor bigint not null,
  batch_count bigint not null,
  payer_name text,
  account_key integer,
  account_sealed bytea,
  account_blind bytea,
  account_last4 text,
  payer_bank text,
  account_kind text,
  transaction_code text,
  collect_on date,
  booked_on date,
  valued_on date,
  remittance text,
  outcome text not null,
  is_prenote boolean not null,
  is_booked boolean not null,
  status_inherited boolean not null,
  is_reversal_flag boolean not null,
  status text,
  reason text,
  reason_text text,
  corrected_sealed bytea,
  bank_transaction_code text,
  addenda bigint not null,
  constraint bank_entry_pkey primary key (tenant_id, file_id, position),
  constraint bank_entry_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
    deferrable initially deferred
);

create table entry_match (
  tenant_id bigint not null,
  file_id uuid not null,
  position bigint not null,
  disposition text not null check (disposition in ('posted', 'exception', 'ignored')),
  rule text not null,
  ignored_by text not null,
  compared integer not null,
  agreed integer not null,
  exceptions bigint not null,
  claim_id uuid,
  batch_id uuid,
  event text not null,
  operator_name text not null,
  constraint entry_match_pkey primary key (tenant_id, file_id, position),
  constraint entry_match_entry foreign key (tenant_id, file_id, position)
    references bank_entry (tenant_id, file_id, position)
);
create index entry_match_claim on entry_match (tenant_id, claim_id) where claim_id is not null;

create table exception_case (
  tenant_id bigint not null,
  id uuid not null,
  number text not null,
  main_class text not null,
  class_rank integer not null,  -- Smaller is more urgent.
  classes bigint not null,
  state text not null check (state in ('open', 'resolved')),
  resolution text not null,
  explanation text not null,
  next_step text not null,
  proposed text not null,
  file_id uuid,
  position bigint,
  claim_id uuid,
  batch_id uuid,
  currency text not null,
  amount_minor bigint not null,
  charges_minor bigint not null,
  on_day date,
  reason text not null,
  opened_at timestamptz not null default now(),
  resolved_by text,
  resolved_at timestamptz,
  version bigint not null default 0,
  constraint exception_case_pkey primary key (tenant_id, id),
  constraint exception_case_number unique (tenant_id, number),
  constraint exception_case_entry unique (tenant_id, file_id, position),
  constraint exception_case_entry_exists foreign key (tenant_id, file_id, position)
    references bank_entry (tenant_id, file_id, position),
  constraint exception_case_claim foreign key (tenant_id, claim_id) references claim (tenant_id, id),
  constraint exception_case_resolved check ((state = 'resolved') = (resolved_by is not null))
);
create index exception_case_open on exception_case (tenant_id, class_rank, number) where state = 'open';
create unique index exception_case_silent on exception_case (tenant_id, claim_id, main_class)
  where state = 'open' and file_id is null;
create index exception_case_of_claim on exception_case (tenant_id, claim_id) where claim_id is not null;

create table exception_event (
  tenant_id bigint not null,
  exception_id uuid not null,
  number bigint not null check (number > 0),
  what text not null,
  comment text not null,
  operator_name text not null,
  at timestamptz not null default now(),
  constraint exception_event_pkey primary key (tenant_id, exception_id, number),
  constraint exception_event_case foreign key (tenant_id, exception_id) references exception_case (tenant_id, id)
);

-- One row moves one amount from one account to another, so that debits equal credits whatever is inserted. The key is what
-- the row rests on: a step of a claim or of a bill is posted once.
create table journal (
  tenant_id bigint not null,
  source_id uuid not null,  -- The claim or the bill.
  step bigint not null check (step > 0),
  line integer not null check (line > 0),
  on_day date not null,
  debit text not null check (debit in ('receivable', 'income', 'bank', 'bank-charges', 'loss', 'suspense')),
  credit text not null check (credit in ('receivable', 'income', 'bank', 'bank-charges', 'loss', 'suspense')),
  currency text not null check (length(currency) = 3),
  amount_minor bigint not null,
  bill_id uuid,
  claim_id uuid,
  purpose text not null,
  constraint journal_pkey primary key (tenant_id, source_id, step, line),
  constraint journal_amount_positive check (amount_minor > 0),
  constraint journal_two_accounts check (debit <> credit),
  constraint journal_bill_of_receivable check (bill_id is not null or 'receivable' not in (debit, credit)),
  constraint journal_bill foreign key (tenant_id, bill_id) references bill (tenant_id, id),
  constraint journal_tenant foreign key (tenant_id) references tenant (tenant_id)
);
-- What a bill's open amount is reckoned from; the billing itself is found under the bill as its source.
create index journal_of_bill on journal (tenant_id, bill_id) where purpose <> 'billed';

do $$
declare
  name text;
begin
  foreach name in array array['bank_file', 'bank_file_chunk', 'bank_block', 'bank_finding', 'bank_statement', 'bank_entry',
                              'entry_match', 'exception_event', 'journal']
  loop
    execute format('create trigger %1$s_append_only before update or delete on %1$I '
                   'for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_keep before truncate on %1$I '
                   'for each statement execute function refuse_change()', name);
    execute format('grant select, insert on %I to counterfoil_app', name);
  end loop;
end
$$;

grant select, insert on exception_case to counterfoil_app;
grant update (state, resolution, resolved_by, resolved_at, version) on exception_case to counterfoil_app;
