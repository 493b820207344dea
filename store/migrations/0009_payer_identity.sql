-- The payer's personal or organisation number: some payers' banks open a mandate by it. Sealed like the account.
alter table mandate add column identity_key integer;
alter table mandate add column identity_sealed bytea;
alter table mandate add constraint mandate_identity check ((identity_key is null) = (identity_sealed is null));
