-- What a program has to know before it starts: which migration this is, and the oldest program that still runs on it (by
-- the migration that it was made for). A later migration replaces the function; one that takes something away names a
-- younger program here, and older ones say so in place of failing at their first statement.
CREATE FUNCTION sge_release() RETURNS TABLE (revision text, oldest_program text)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
  AS $$ SELECT '20261123_operate', '20261122_create_platform' $$;
GRANT EXECUTE ON FUNCTION sge_release TO sge_api, sge_worker, sge_feed, sge_reader;
