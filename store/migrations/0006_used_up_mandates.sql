-- A one-off mandate allows one collection, and a final collection is the last. While a claim that uses its mandate up
-- still holds its bills, no other claim of that mandate can be sealed: neither in another batch nor in the same one.
--
-- Both batches are written before either is sealed, so whichever is sealed second sees the claims of the first.

alter table claim add column uses_up_mandate boolean not null default false;
alter table claim disable trigger claim_append_only;
update claim c set uses_up_mandate = true from mandate m
  where m.tenant_id = c.tenant_id and m.id = c.mandate_id and not c.is_prenote and (m.one_off or c.sequence = 'FNAL');
alter table claim enable trigger claim_append_only;
create index claim_uses_up_mandate on claim (tenant_id, mandate_id) where uses_up_mandate;

create function batch_mandate_used_up() returns trigger language plpgsql as $$
begin
  if exists (select 1 from claim c
             join claim o on o.tenant_id = c.tenant_id and o.mandate_id = c.mandate_id and o.id <> c.id and o.uses_up_mandate
             join claim_item i on i.tenant_id = o.tenant_id and i.claim_id = o.id and i.holds
             where c.tenant_id = new.tenant_id and c.batch_id = new.id and c.uses_up_mandate) then
    raise exception 'batch_mandate_used_up' using errcode = 'CF006';
  end if;
  return new;
end
$$;
create trigger batch_mandate_used_up before update of state on batch
  for each row when (new.state = 'sealed' and old.state <> 'sealed') execute function batch_mandate_used_up();
