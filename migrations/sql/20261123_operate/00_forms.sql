-- How the tables below are guarded: forms for this migration only, gone with its session. The first migration wrote the
-- same out in 20_access.sql.

-- A tenant's table: web processes and the replica's reader see the program of their transaction and nothing else.
CREATE FUNCTION pg_temp.guard_tenants(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE POLICY owner_all ON public.%I TO sge_owner USING (true) WITH CHECK (true)', name);
  EXECUTE format('CREATE POLICY worker_all ON public.%I TO sge_worker USING (true) WITH CHECK (true)', name);
  EXECUTE format('CREATE POLICY own_program ON public.%I TO sge_api, sge_reader
                  USING (program_id = nullif(current_setting(''sge.program_id'', true), '''')::bigint)
                  WITH CHECK (program_id = nullif(current_setting(''sge.program_id'', true), '''')::bigint)', name);
  EXECUTE format('GRANT SELECT ON public.%I TO sge_worker, sge_api, sge_reader', name);
END $$;

-- A table of the platform: everybody reads it, workers write it where a grant says so.
CREATE FUNCTION pg_temp.guard_platform(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE POLICY owner_all ON public.%I TO sge_owner USING (true) WITH CHECK (true)', name);
  EXECUTE format('CREATE POLICY worker_all ON public.%I TO sge_worker USING (true) WITH CHECK (true)', name);
  EXECUTE format('CREATE POLICY everybody_reads ON public.%I FOR SELECT TO sge_api, sge_reader USING (true)', name);
  EXECUTE format('GRANT SELECT ON public.%I TO sge_worker, sge_api, sge_reader', name);
END $$;
