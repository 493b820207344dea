-- After a bulk load the planner has to know how much is there, or it takes a million rows for one and never ends. Only an
-- owner may gather statistics, so the application asks for it here; a table that somebody else is just looking at is left.
create function refresh_statistics(table_name text) returns void language plpgsql
  security definer set search_path = public set lock_timeout = '200ms' as $$
begin
  execute format('analyze %I', table_name);
exception
  when lock_not_available then null;
end
$$;
revoke execute on function refresh_statistics(text) from public;
grant execute on function refresh_statistics(text) to counterfoil_app;
