"""Each kind of damage that a superuser can do is found, exactly it, once, until a person says what it was."""

from tests.chain_proof.plants import Plant, Planting, lived
from tests.chain_proof.proving import Proving

_SUMS_OF_COMMISSIONS = [("ROLLUP_DRIFT", "earned_sum"), ("ROLLUP_DRIFT", "payable_sum")]

# What is done to the tables, and what a whole run then says. {n}: what the statement returned.
PLANTS: dict[str, Plant] = {
    "both sides of a stored balance": (
        (
            "UPDATE account SET debits = debits + 5, credits = credits + 5"
            " WHERE program_id = $1 AND kind = 'PROGRAM' RETURNING id"
        ),
        [("BALANCE_DRIFT", "account:{n}")],
    ),
    "a commission's amount": (
        (
            "UPDATE commission SET amount = amount + 1, base = base WHERE program_id = $1 AND level = 1"
            " AND amount = 200000 RETURNING id, affiliate_id"
        ),
        [
            ("COMMISSION_MISMATCH", "affiliate:{a}:USDC"),
            ("COMMISSION_MISMATCH", "commission:{n}"),
            ("ROLLUP_DRIFT", "affiliate_rollup"),
            ("ROLLUP_DRIFT", "program_series_amount"),
            *_SUMS_OF_COMMISSIONS,
        ],
    ),
    "one side of a stored balance": (
        "UPDATE account SET credits = credits + 1 WHERE program_id = $1 AND kind = 'PLATFORM' RETURNING id",
        [
            ("BALANCE_DRIFT", "account:{n}"),
            ("LEDGER_IMBALANCE", "USDC"),
            ("ROLLUP_DRIFT", "account_sum"),
        ],
    ),
    "an account that is gone": (
        "DELETE FROM account WHERE program_id = $1 AND kind = 'PLATFORM' RETURNING id",
        [
            ("BALANCE_DRIFT", "account:{n}"),
            ("LEDGER_IMBALANCE", "USDC"),
            ("ROLLUP_DRIFT", "account_sum"),
        ],
    ),
    "the currency of an account": (
        (
            "UPDATE account SET currency = 'EURC' WHERE program_id = $1 AND kind = 'PLATFORM' RETURNING id"
        ),
        [
            ("LEDGER_IMBALANCE", "EURC"),
            ("LEDGER_IMBALANCE", "USDC"),
            ("ROLLUP_DRIFT", "account_sum"),
        ],
    ),
    "a snapshot": (
        (
            "INSERT INTO account_snapshot SELECT program_id, debit_account_id, journal_id, 1, 1 FROM transfer"
            " WHERE program_id = $1 ORDER BY journal_id DESC, seq LIMIT 1 RETURNING account_id || ':' || journal_id"
        ),
        [("BALANCE_DRIFT", "snapshot:{n}")],
    ),
    "a stretch of journals": (
        (
            "INSERT INTO journal_stretch (program_id, after, through, earliest, latest)"
            " SELECT $1, 0, max(id), min(effective_at), max(effective_at) + interval '1 second' FROM journal"
            "  WHERE program_id = $1 RETURNING through"
        ),
        [("BALANCE_DRIFT", "stretch:{n}"), ("ROLLUP_DRIFT", "stretch_sum")],
    ),
    "a movement that was not sealed yet": (
        (
            "WITH unsealed AS (DELETE FROM seal WHERE program_id = $1 AND stream = 'JOURNAL'),"
            " waits AS (INSERT INTO event_outbox (program_id, type, name, version, data, at)"
            "  SELECT $1, 'LEDGER', 'ledger.posted', 1, jsonb_build_object('internal', jsonb_build_object('journals',"
            "         jsonb_agg(id))), max(posted_at) FROM journal WHERE program_id = $1)"
            " UPDATE movement SET amount = amount + 1 WHERE program_id = $1 AND amount = 2000003 RETURNING journal_id,"
            " '31337:0x' || encode(block_hash, 'hex') || ':' || log_index"
        ),
        [("LEDGER_IMBALANCE", "journal:{n}:USDC"), ("TREASURY_MISMATCH", "{a}")],
    ),
    "a journal without transfers": (
        (
            "WITH waits AS (INSERT INTO event_outbox (program_id, type, name, version, data, at)"
            "  SELECT $1, 'LEDGER', 'ledger.posted', 1, '{\"internal\": {\"journals\": [999999]}}', posted_at"
            "    FROM journal WHERE program_id = $1 LIMIT 1)"
            " INSERT INTO journal (program_id, id, public_id, kind, reference, effective_at, posted_at)"
            " SELECT $1, 999999, gen_random_uuid(), 'ADJUSTMENT', 'none', posted_at, posted_at FROM journal"
            " WHERE program_id = $1 LIMIT 1 RETURNING id"
        ),
        [("LEDGER_IMBALANCE", "journal:{n}")],
    ),
    "a level that was skipped": (
        (
            'UPDATE settlement SET skipped = \'[{"level": 1, "reason": "none"}]\' WHERE program_id = $1'
            " AND amount = 2000003 RETURNING id"
        ),
        [("COMMISSION_MISMATCH", "levels:{n}")],
    ),
    "a clawback": (
        (
            "UPDATE commission SET amount = -999999999 WHERE program_id = $1 AND amount < 0 AND level = 1"
            " RETURNING claws_back, affiliate_id"
        ),
        [
            ("COMMISSION_MISMATCH", "affiliate:{a}:USDC"),
            ("COMMISSION_MISMATCH", "clawback:{n}"),
            *_SUMS_OF_COMMISSIONS,
        ],
    ),
    "an upline": (
        (
            "UPDATE intent SET upline = upline || 999999::bigint WHERE program_id = $1 AND amount = 2000003"
            " RETURNING upline::text"
        ),
        [("FOREST_BROKEN", "upline:{n}"), ("ROLLUP_DRIFT", "affiliate_rollup")],
    ),
    "a commission's rate": (
        (
            "UPDATE commission SET rate_bps = rate_bps + 1 WHERE program_id = $1 AND level = 2"
            " AND amount > 0 AND base = 2000003 RETURNING id"
        ),
        [("COMMISSION_MISMATCH", "commission:{n}")],
    ),
    "when a commission is payable": (
        (
            "UPDATE commission SET payable_at = payable_at - interval '1 day' WHERE program_id = $1 AND level = 2"
            " AND amount > 0 AND base = 2000003 RETURNING id"
        ),
        [("COMMISSION_MISMATCH", "commission:{n}")],
    ),
    "a status that was never paid": (
        (
            "UPDATE commission SET status = 'PAID', paid_at = now() WHERE program_id = $1 AND level = 3"
            " AND base = 2000003 RETURNING affiliate_id AS id"
        ),
        [("COMMISSION_MISMATCH", "affiliate:{n}:USDC"), *_SUMS_OF_COMMISSIONS],
    ),
    "a parent": (
        "UPDATE affiliate SET parent_id = NULL WHERE program_id = $1 AND depth = 2 RETURNING id",
        [("FOREST_BROKEN", "affiliate:{n}")],
    ),
    "a user's own line": (
        (
            "UPDATE program_user u SET wallet = a.wallet FROM affiliate a WHERE u.program_id = $1 AND a.program_id = $1"
            " AND a.depth = 0 AND u.referrer_id = (SELECT id FROM affiliate WHERE program_id = $1 AND depth = 2)"
            " AND a.id = (SELECT (sge_upline(path))[3] FROM affiliate WHERE program_id = $1 AND depth = 2) RETURNING u.id"
        ),
        [("FOREST_BROKEN", "user:{n}")],
    ),
    "a rollup of an affiliate": (
        "UPDATE affiliate_rollup SET volume = volume + 1 WHERE program_id = $1 AND month = '' AND volume > 0",
        [("ROLLUP_DRIFT", "affiliate_rollup")],
    ),
    "a month of an affiliate": (
        "UPDATE affiliate_rollup SET members = members - 1 WHERE program_id = $1 AND members > 0",
        [("ROLLUP_DRIFT", "affiliate_rollup")],
    ),
    "an hour of the series": (
        "UPDATE program_series SET confirmed = confirmed + 1 WHERE program_id = $1 AND bucket = 'HOUR'",
        [("ROLLUP_DRIFT", "program_series")],
    ),
    "a class of latencies": (
        "UPDATE program_series SET latency[3] = 7 WHERE program_id = $1 AND bucket = 'MINUTE'",
        [("ROLLUP_DRIFT", "program_series.latency")],
    ),
    "an amount of the series": (
        "DELETE FROM program_series_amount WHERE program_id = $1 AND bucket = 'MINUTE'",
        [("ROLLUP_DRIFT", "program_series_amount")],
    ),
    "a counter": (
        "UPDATE program_counter SET value = value + 1 WHERE program_id = $1 AND name = 'users'",
        [("ROLLUP_DRIFT", "program_counter")],
    ),
    "a journal that was sealed": (
        (
            "UPDATE journal j SET description = 'another' FROM seal s WHERE j.program_id = $1 AND s.program_id = $1"
            " AND s.stream = 'JOURNAL' AND s.n = 2 AND s.through = j.id::text RETURNING s.n AS id"
        ),
        [("SEAL_BROKEN", "JOURNAL:{n}")],
    ),
    "an audit row that was sealed": (
        (
            "UPDATE audit a SET reason = 'another' FROM seal s WHERE a.program_id = $1 AND s.program_id = $1"
            " AND s.stream = 'AUDIT' AND s.n = 2 AND s.through = a.id::text RETURNING s.n AS id"
        ),
        [("SEAL_BROKEN", "AUDIT:{n}")],
    ),
    "an audit row that is gone": (
        (
            "DELETE FROM audit a USING seal s WHERE a.program_id = $1 AND s.program_id = $1"
            " AND s.stream = 'AUDIT' AND s.n = 2 AND s.through = a.id::text RETURNING s.n AS id"
        ),
        [("SEAL_BROKEN", "AUDIT:{n}")],
    ),
    "the hash of a seal": (
        "UPDATE seal SET hash = sha256(hash) WHERE program_id = $1 AND stream = 'JOURNAL' AND n = 2 RETURNING n AS id",
        [("SEAL_BROKEN", "JOURNAL:{n}")],
    ),
    "a link of the chain": (
        (
            "UPDATE seal s SET previous_hash = sha256(s.hash) WHERE program_id = $1 AND stream = 'AUDIT' AND n = 3"
            " RETURNING n AS id"
        ),
        [("SEAL_BROKEN", "AUDIT:{n}")],
    ),
    "a seal in the middle": (
        "DELETE FROM seal WHERE program_id = $1 AND stream = 'AUDIT' AND n = 3 RETURNING n + 1 AS id",
        [("SEAL_BROKEN", "AUDIT:{n}")],
    ),
    "the newest seal": (
        (
            "DELETE FROM seal WHERE program_id = $1 AND stream = 'JOURNAL'"
            " AND n = (SELECT max(n) FROM seal WHERE program_id = $1 AND stream = 'JOURNAL') RETURNING through AS id"
        ),
        [("SEAL_BROKEN", "JOURNAL:unsealed:{n}")],
    ),
    "an audit row that nobody asked to seal": (
        (
            "INSERT INTO audit (program_id, id, at, actor, action)"
            " VALUES ($1, gen_random_uuid(), now(), 'nobody', 'none') RETURNING id"
        ),
        [("SEAL_BROKEN", "AUDIT:unsealed:{n}")],
    ),
}


async def test_what_was_bent_is_found_by_all_checks_and_nothing_else(proving: Proving) -> None:
    program = await lived(proving)
    wrong = await Planting(proving, program).wrong(PLANTS)
    assert not wrong, wrong
