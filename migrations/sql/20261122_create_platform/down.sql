-- Takes away what the first migration made and nothing else: alembic's own table stays, and so does what the cluster's
-- superuser set up (so no DROP OWNED: that would take the owner's rights on the database too). It can go up again.

DO $$
DECLARE thing text;
BEGIN
  -- All names first: dropping one thing takes others along.
  FOREACH thing IN ARRAY ARRAY(
    SELECT format('TABLE IF EXISTS %I', tablename) FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL SELECT format('VIEW IF EXISTS %I', viewname) FROM pg_views WHERE schemaname = 'public'
    UNION ALL SELECT format('SEQUENCE IF EXISTS %I', relname) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    UNION ALL SELECT format('ROUTINE IF EXISTS %s', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('TYPE IF EXISTS %s', t.oid::regtype)
      FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE t.typnamespace = 'public'::regnamespace
        AND (t.typtype IN ('d', 'e') OR c.relkind = 'c')
  ) LOOP
    EXECUTE format('DROP %s CASCADE', thing);
  END LOOP;
END
$$;

REVOKE USAGE ON SCHEMA public FROM sge_api, sge_worker, sge_feed, sge_reader;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
