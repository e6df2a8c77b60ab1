-- Every guard holds whatever session_replication_role says, and nobody executes what was not granted.
DO $$
DECLARE guard record;
BEGIN
  FOR guard IN SELECT t.tgrelid::regclass AS of_table, t.tgname AS name FROM pg_trigger t
                JOIN pg_class c ON c.oid = t.tgrelid
               WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'A' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guard.of_table, guard.name);
  END LOOP;
END $$;
