-- Row-level security shows the web process the program that its transaction names, and SQL of its own may name another one
-- before the commit, or at the end of a statement (RETURNING). Checks that come after it see all rows whatever it names; those
-- of them that refuse when they see nothing are left as they were (docs/decisions/0331-checks-that-see-everything.md).
-- sge_check_outflow and sge_check_listed: 31_outflows.sql.
ALTER FUNCTION sge_check_hold() SECURITY DEFINER;
ALTER FUNCTION sge_check_place() SECURITY DEFINER;
ALTER FUNCTION sge_check_list() SECURITY DEFINER;

-- NaN is above 0, equals itself and stays whatever is added to it: it would balance, and no posting would mend it. NOT VALID: what
-- is stored is not read again, which a ledger's size would make long; a reconciliation fails where there is one.
ALTER DOMAIN units ADD CONSTRAINT units_number CHECK (VALUE < 'NaN') NOT VALID;
