"""Numbers of the advisory locks that Python takes: one for each thing that is done by one transaction at a time.

With a program: `pg_advisory_xact_lock(number, hashint8(program))`. 7234501 (events are numbered) and, with a program, 7234502
(what acceptance stands on) are taken in SQL. Locks without a program are of another space than those with one.
"""

DELIVERY_CLAIMS = 7234502
"""Without a program: deliveries are claimed. Processes of every release take this number."""
ALERTS = 7234503
"""Without a program: one process looks at the platform."""
KEPT_SUMS = 7234504
"""With a program: its kept sums are mended (pg_locks.classid, for who looks for its holder)."""
RUNS = 7234505
"""With a program: a reconciliation is asked for."""
