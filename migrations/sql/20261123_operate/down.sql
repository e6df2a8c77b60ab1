-- Takes away what this migration added, in the order in which things depend on each other.

DROP TABLE reconciliation_check;
DROP TABLE reconciliation_run;
