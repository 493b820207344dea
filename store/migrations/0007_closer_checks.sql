-- What a bank agreed to: it books a return and its own charge in one sum without saying so.
alter table creditor_account add column charges_within_booking boolean not null default false;

-- The largest claim, so that a batch can be laid beside its predecessors without reading all their claims.
alter table batch add column largest_minor bigint not null default 0 check (largest_minor >= 0);
update batch b set largest_minor = c.largest from (
  select tenant_id, batch_id, max(amount_minor) as largest from claim group by tenant_id, batch_id) c
  where c.tenant_id = b.tenant_id and c.batch_id = b.id;
grant update (largest_minor) on batch to counterfoil_app;

-- The last collection under a mandate before it came here: its lapse is counted from that day when nothing came after.
alter table mandate add column brought_collected_on date;

-- A file in quarantine may be let in by a person; nothing else about a bank's file ever changes.
alter table bank_file drop constraint bank_file_state_check;
alter table bank_file add constraint bank_file_state_check
  check (state in ('ingested', 'quarantined', 'refused', 'accepted'));
create function bank_file_only_accepted() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state = 'quarantined' and new.state = 'accepted'
     and to_jsonb(new) - 'state' = to_jsonb(old) - 'state' then
    return new;
  end if;
  raise exception 'append_only' using errcode = 'CF001';
end
$$;
drop trigger bank_file_append_only on bank_file;
create trigger bank_file_append_only before update or delete on bank_file
  for each row execute function bank_file_only_accepted();
grant update (state) on bank_file to counterfoil_app;

create table bank_file_acceptance (
  tenant_id bigint not null,
  file_id uuid not null,
  reason text not null check (reason <> ''),
  operator_name text not null,
  at timestamptz not null default now(),
  constraint bank_file_acceptance_pkey primary key (tenant_id, file_id),
  constraint bank_file_acceptance_file foreign key (tenant_id, file_id) references bank_file (tenant_id, id)
);
create trigger bank_file_acceptance_append_only before update or delete on bank_file_acceptance
  for each row execute function refuse_change();
create trigger bank_file_acceptance_keep before truncate on bank_file_acceptance
  for each statement execute function refuse_change();
grant select, insert on bank_file_acceptance to counterfoil_app;
