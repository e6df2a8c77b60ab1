-- What lists of a large program are read by, each measured (docs/scaling.md says what they cost).
-- Rows that are few, or come in order, cost next to nothing to write.

CREATE INDEX intent_created ON intent (program_id, created_at);
CREATE INDEX intent_rare_kind ON intent (program_id, kind, id) WHERE kind <> 'PAYMENT';
CREATE INDEX affiliate_inactive ON affiliate (program_id, status, id) WHERE status <> 'ACTIVE';
-- A level of a branch is a range of paths: the downline is read level by level, never sorted.
CREATE INDEX affiliate_level ON affiliate (program_id, depth, path);
CREATE INDEX commission_status ON commission (program_id, status, id);
CREATE INDEX commission_accrued ON commission (program_id, accrued_at);
CREATE INDEX settlement_transaction ON settlement (program_id, tx_hash);
-- What a settlement pays is found by commission_once; this finds what was clawed back of it.
CREATE INDEX commission_taken ON commission (program_id, settlement_id) WHERE amount < 0;
-- Of the busiest affiliate a hundred thousand, of which few may be what is asked for.
CREATE INDEX commission_affiliate_status ON commission (program_id, affiliate_id, status, id);
-- A payout may pay tens of thousands of commissions: a page of them is read in order.
CREATE INDEX payout_line_in_order ON payout_line (program_id, payout_id, line_id);
