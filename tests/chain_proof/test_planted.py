"""What a superuser bends in the books of a program that lived is found by all checks together, and nothing else is."""

from tests.chain_proof.plants import Plant, Planting, lived
from tests.chain_proof.proving import Proving

_SETTLED = "SELECT journal_id FROM settlement WHERE program_id = $1 AND amount = 2000003"
_EARNED = (
    f"journal_id = ({_SETTLED}) AND purpose = (SELECT min(purpose) FROM transfer"
    f" WHERE journal_id = ({_SETTLED}) AND amount = 200000)"
)
# The journal's seal, and both accounts of a transfer.
_SIDES = (
    " RETURNING debit_account_id AS d, credit_account_id AS c, journal_id AS j, (SELECT n FROM seal"
    " WHERE program_id = $1 AND stream = 'JOURNAL' AND through = journal_id::text) AS n"
)
_BOTH = [
    ("BALANCE_DRIFT", "account:{d}"),
    ("BALANCE_DRIFT", "account:{c}"),
    ("SEAL_BROKEN", "JOURNAL:{n}"),
]
_EXECUTED = "(SELECT id FROM safe_transaction WHERE program_id = $1 AND status = 'EXECUTED' AND safe_nonce = 0)"
_PLACE = "'31337:0x' || encode(block_hash, 'hex') || ':' || log_index"
# Its journal, and that journal's seal.
_MOVED = (
    f" RETURNING journal_id AS j, {_PLACE} AS p, (SELECT n FROM seal"
    " WHERE program_id = $1 AND stream = 'JOURNAL' AND through = journal_id::text) AS n"
)
_UNCLAIMED = [
    ("TREASURY_MISMATCH", "{p}"),
    ("LEDGER_IMBALANCE", "journal:{j}:USDC"),
    ("SEAL_BROKEN", "JOURNAL:{n}"),
]
PLANTS: dict[str, Plant] = {
    "nothing": ("SELECT id FROM program WHERE id = $1", []),
    "a transfer's amount": (
        f"UPDATE transfer SET amount = amount + 1 WHERE program_id = $1 AND {_EARNED} AND amount = 200000 {_SIDES}",
        _BOTH,
    ),
    "a transfer that is gone": (
        f"DELETE FROM transfer WHERE program_id = $1 AND {_EARNED} AND amount = 200000 {_SIDES}",
        _BOTH,
    ),
    "a transfer more": (
        (
            "INSERT INTO transfer (program_id, journal_id, seq, purpose, currency, debit_account_id, credit_account_id, amount)"
            " SELECT program_id, journal_id, seq + 90, purpose, currency, debit_account_id, credit_account_id, 7 FROM transfer"
            f" WHERE program_id = $1 AND {_EARNED} AND amount = 200000 {_SIDES}"
        ),
        _BOTH,
    ),
    "a transfer to another account": (
        (
            "UPDATE transfer t SET credit_account_id = a.id FROM account a WHERE a.program_id = $1 AND a.kind = 'PLATFORM'"
            f" AND t.program_id = $1 AND t.{_EARNED} AND t.amount = 200000"
            " RETURNING a.id AS d, (SELECT id FROM account WHERE program_id = $1 AND kind = 'AFFILIATE' AND credits = 300000) AS c,"
            " (SELECT n FROM seal WHERE program_id = $1 AND stream = 'JOURNAL' AND through = journal_id::text) AS n"
        ),
        _BOTH,
    ),
    "what a payer paid": (
        f"UPDATE transfer SET amount = amount + 1 WHERE program_id = $1 AND amount = 2000003 {_SIDES}",
        [*_BOTH, ("LEDGER_IMBALANCE", "journal:{j}:USDC")],
    ),
    "a transfer without a journal": (
        (
            "INSERT INTO transfer (program_id, journal_id, seq, purpose, currency, debit_account_id, credit_account_id, amount)"
            " SELECT program_id, 999999, 0, purpose, currency, debit_account_id, credit_account_id, 7 FROM transfer"
            f" WHERE program_id = $1 AND {_EARNED} AND amount = 200000 {_SIDES}"
        ),
        [
            ("BALANCE_DRIFT", "account:{d}"),
            ("BALANCE_DRIFT", "account:{c}"),
            ("LEDGER_IMBALANCE", "journal:{j}"),
        ],
    ),
    "a settlement that is gone": (
        f"DELETE FROM settlement WHERE program_id = $1 AND amount = 2000003 RETURNING {_PLACE} AS p",
        # What was paid is in sums and has no settlement.
        [
            ("SETTLEMENT_NOT_ON_CHAIN", "{p}"),
            ("ROLLUP_DRIFT", "affiliate_rollup"),
            ("ROLLUP_DRIFT", "program_series.latency"),
            ("ROLLUP_DRIFT", "program_series_amount"),
        ],
    ),
    "a settlement that the chain does not know": (
        (
            "UPDATE settlement SET log_index = log_index + 900 WHERE program_id = $1 AND amount = 2000003"
            " RETURNING id AS n, '31337:0x' || encode(block_hash, 'hex') || ':' || log_index - 900 AS p"
        ),
        # The row without a log, the log without a row.
        [("SETTLEMENT_NOT_ON_CHAIN", "{n}"), ("SETTLEMENT_NOT_ON_CHAIN", "{p}")],
    ),
    "a provider's event that was doubled": (
        (
            "INSERT INTO provider_event (program_id, id, provider, event_id, body, received_at, event_type, step, charge,"
            " intent_id, amount, currency, outcome, processed_at)"
            " SELECT program_id, gen_random_uuid(), 'coinbase-commerce', 'again', '', now(), 'x', 'PAID', 'c', id, 5,"
            " 'USDC', 'SETTLED', now() FROM intent WHERE program_id = $1 AND amount = 2000003 RETURNING intent_id AS n"
        ),
        [("SETTLEMENT_NOT_ON_CHAIN", "intent:{n}")],
    ),
    "a settlement's amount": (
        "UPDATE settlement SET amount = amount + 1 WHERE program_id = $1 AND amount = 2000003 RETURNING id AS n"
        + "".join(
            f", (SELECT c.id FROM commission c WHERE c.program_id = $1 AND c.settlement_id = settlement.id"
            f" AND c.level = {level}) AS c{level}"
            for level in (1, 2, 3)
        ),
        # Its commissions are a part of something else, and so are sums of what was paid.
        [
            ("SETTLEMENT_NOT_ON_CHAIN", "{n}:changed"),
            *(("COMMISSION_MISMATCH", f"commission:{{c{level}}}") for level in (1, 2, 3)),
            ("ROLLUP_DRIFT", "affiliate_rollup"),
            ("ROLLUP_DRIFT", "program_series_amount"),
        ],
    ),
    "the wallet of a settled intent": (
        (
            "UPDATE intent SET wallet = '0x' || repeat('ab', 20) WHERE program_id = $1 AND amount = 2000003"
            " RETURNING (SELECT id FROM settlement s WHERE s.program_id = $1 AND s.intent_id = intent.id) AS n"
        ),
        [("SETTLEMENT_NOT_ON_CHAIN", "{n}:changed")],
    ),
    "a movement's amount": (
        f"UPDATE movement SET amount = amount + 1 WHERE program_id = $1 AND amount = 2000003 {_MOVED}",
        _UNCLAIMED,
    ),
    "a movement that is gone": (
        f"DELETE FROM movement WHERE program_id = $1 AND amount = 2000003 {_MOVED}",
        _UNCLAIMED,
    ),
    "a movement that was doubled": (
        (
            "INSERT INTO movement SELECT chain_id, block_hash, log_index + 500, direction, undone, program_id, tx_hash,"
            f" block_number, currency, amount, journal_id FROM movement WHERE program_id = $1 AND amount = 2000003 {_MOVED}"
        ),
        _UNCLAIMED,
    ),
    "what a payer's account says": (
        "UPDATE account SET debits = debits + 1 WHERE program_id = $1 AND kind = 'USER' AND debits = 3000003 RETURNING id AS n",
        [
            ("BALANCE_DRIFT", "account:{n}"),
            ("LEDGER_IMBALANCE", "USDC"),
            ("ROLLUP_DRIFT", "account_sum"),
            ("TREASURY_MISMATCH", "USDC:booked"),
        ],
    ),
    "money in SUSPENSE that nothing waits for": (
        "UPDATE account SET kind = 'SUSPENSE' WHERE program_id = $1 AND kind = 'PLATFORM' AND currency = 'USDC' RETURNING id",
        [("TREASURY_MISMATCH", "USDC:suspense"), ("ROLLUP_DRIFT", "account_sum")],
    ),
    "executed where nothing was": (
        (
            f"UPDATE safe_transaction SET executed_log_index = 999 WHERE program_id = $1 AND id = {_EXECUTED}"
            " RETURNING '0x' || encode(hash, 'hex') AS n"
        ),
        [("PAYOUT_MISMATCH", "{n}")],
    ),
    "executed, and forgotten": (
        (
            "UPDATE safe_transaction SET status = 'APPROVED', executed_block = NULL, executed_block_hash = NULL,"
            " executed_log_index = NULL, executed_tx_hash = NULL, finished_at = NULL"
            f" WHERE program_id = $1 AND id = {_EXECUTED} RETURNING '0x' || encode(hash, 'hex') AS n,"
            " (SELECT p.id FROM payout p WHERE p.program_id = $1 AND p.safe_transaction_id = safe_transaction.id) AS p"
        ),
        [("PAYOUT_MISMATCH", "{n}"), ("PAYOUT_MISMATCH", "lines:{p}")],
    ),
    "a transfer that no payout is": (
        (
            f"DELETE FROM payout p USING safe_transaction s WHERE p.program_id = $1 AND p.safe_transaction_id = {_EXECUTED}"
            " AND s.id = p.safe_transaction_id RETURNING"
            " '31337:0x' || encode(s.executed_block_hash, 'hex') || ':' || p.log_index AS n"
        ),
        [("PAYOUT_MISMATCH", "{n}")],
    ),
    "the amount of a payout": (
        (
            "UPDATE payout SET amount = amount + 1"
            f" WHERE program_id = $1 AND safe_transaction_id = {_EXECUTED} RETURNING id AS n"
        ),
        [("PAYOUT_MISMATCH", "payout:{n}")],
    ),
    "the recipient of a payout": (
        (
            f"UPDATE payout SET destination = '0x' || repeat('ab', 20) WHERE program_id = $1"
            f" AND safe_transaction_id = {_EXECUTED} RETURNING id AS n"
        ),
        [("PAYOUT_MISMATCH", "payout:{n}")],
    ),
}


async def test_what_was_bent_is_found_by_all_checks_and_nothing_else(proving: Proving) -> None:
    program = await lived(proving)
    wrong = await Planting(proving, program).wrong(PLANTS)
    assert not wrong, wrong
