-- What a line of a bank file tells of the mandate itself: created, changed or ended; empty where it speaks of a claim.
alter table bank_entry add column mandate_event text not null default ''
  check (mandate_event in ('', 'created', 'changed', 'ended'));
