"""The end of a history: all that is open is closed or finished, everybody who can be paid is paid, and the books are even."""

from collections import Counter

from tests.contracts.items import USDC
from tests.payouts.history import MINIMUM
from tests.payouts.history_model import PROGRAM
from tests.payouts.payout_history import PayoutHistory

_ROUNDS = 8
_ENDS = """
SELECT s.status || coalesce(' ' || s.death, '') AS what, count(*) AS times FROM safe_transaction s
 WHERE s.program_id = $1 GROUP BY 1
UNION ALL SELECT status, count(*) FROM safe_transaction WHERE program_id = $1 AND status = 'DEAD' GROUP BY 1
UNION ALL SELECT 'replaced', count(*) FROM payout_batch WHERE program_id = $1 AND replaces IS NOT NULL
UNION ALL SELECT 'closed', count(*) FROM payout_batch WHERE program_id = $1 AND kind = 'CLOSING'
UNION ALL SELECT 'listed again', count(*) FROM (
  SELECT FROM payout_batch_transaction WHERE program_id = $1 GROUP BY safe_transaction_id HAVING count(*) > 1) x
UNION ALL SELECT 'held again', count(*) FROM safe_transaction WHERE program_id = $1 AND holds > 1
UNION ALL SELECT 'died with lines that were paid later', count(*) FROM (
  SELECT FROM payout_line l JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
   WHERE l.program_id = $1 GROUP BY l.line_id HAVING bool_or(s.status = 'DEAD') AND bool_or(s.status = 'EXECUTED')) x
UNION ALL SELECT 'relayed', count(*) FROM safe_relay WHERE program_id = $1
UNION ALL SELECT 'relays that failed', count(*) FROM safe_relay WHERE program_id = $1 AND failure IS NOT NULL
UNION ALL SELECT 'clawbacks', count(*) FROM commission WHERE program_id = $1 AND claws_back IS NOT NULL
"""
_WAITING = """
SELECT 'commission' AS what FROM commission WHERE program_id = $1 AND status = 'PENDING_APPROVAL'
UNION ALL SELECT 'refund' FROM refund WHERE program_id = $1 AND status = 'PENDING_APPROVAL'
UNION ALL SELECT 'relay' FROM safe_relay WHERE program_id = $1 AND live
UNION ALL SELECT 'hold' FROM account WHERE program_id = $1 AND kind = 'PAYOUT_IN_FLIGHT' AND credits <> debits
"""


def settle_down(past: PayoutHistory, *, closes: bool = False) -> Counter[str]:
    """What happened, counted. Fails when something cannot be ended, or when somebody is left who should be paid."""
    for wallet in list(past.refusing):
        past.refuse_or_accept(wallet)
    if past.paused:
        past.pause_or_resume()
    past.fund(1_000_000 * USDC)
    past.work()
    if past.paused:
        past.pause_or_resume()
    past.work()
    if closes:
        past.reject()
        past.close()
    _finish(past)
    assert past.run(past.world.settling.rows(_WAITING, past.program.id)) == []
    past.run(past.proof.hold())
    # Holding periods and cool-downs are over.
    past.jump(40)
    if past.propose():
        _finish(past)
    past.run(past.proof.hold())
    _everybody_is_paid(past)
    ends = past.run(past.world.settling.rows(_ENDS, past.program.id))
    return past.seen + Counter({row["what"]: row["times"] for row in ends})


def _finish(past: PayoutHistory) -> None:
    """Owners sign whatever is live, replaced by something that can be executed when it was given up."""
    for _ in range(_ROUNDS):
        if not any(row["status"] not in {"EXECUTED", "DEAD"} for row in past.rows):
            return
        live = past.live
        given_up = [row for row in past.rows if row["death"] and row["status"] != "DEAD"]
        if live and (live["rejected"] or given_up) and not past.propose():
            past.reject()
            past.close()
        past.approve((0, 1))
        past.work()
        past.work()
    shown = ("safe_nonce", "status", "death", "holding", "waiting")
    raise AssertionError(f"still open: {[[row[one] for one in shown] for row in past.rows]}")


def _everybody_is_paid(past: PayoutHistory) -> None:
    paid = past.proof.paid_to(past.run(past.proof.seen()).head)
    for owner, owed in past.model.owed.items():
        rest = owed - paid[owner]
        if owner.kind == "REFUND":
            assert rest == 0, f"{owner} is still owed {rest}"
        if owner.kind == "AFFILIATE" and past.model.status[owner.id] == "ACTIVE":
            assert rest < MINIMUM, f"{owner} is still owed {rest}"
    assert past.run(past.proof.balances())[PROGRAM] == past.model.owed[PROGRAM] - paid[PROGRAM]
