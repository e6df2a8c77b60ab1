/**
 * How long after an event a read certainly has it: a replica that answers is at most 3 s behind (SGE_REPLICA_LAG_SECONDS,
 * docs/several-servers.md). What was read sooner could be older, and would stay.
 */
export const replicaLagMs = 4_000;
