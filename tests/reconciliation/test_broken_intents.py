"""Which intents a run compares with their settlements: all, or those that were settled since a clean run."""

from datetime import timedelta

from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.store.chain_proof.broken_intents import broken_intents
from app.store.reconciliation.scopes import read_scope
from tests.reconciliation.reconciled import Reconciled

_UNSETTLE = """
WITH gone AS (
  SELECT s.id, s.intent_id FROM settlement s WHERE s.program_id = $1 AND s.amount = $2::numeric
), commissions AS (DELETE FROM commission c USING gone WHERE c.program_id = $1 AND c.settlement_id = gone.id)
DELETE FROM settlement s USING gone WHERE s.program_id = $1 AND s.id = gone.id RETURNING s.intent_id
"""
_ANOTHER_JOURNAL = """
UPDATE settlement SET journal_id = (SELECT min(id) FROM journal WHERE program_id = $1 AND kind <> 'SETTLEMENT')
 WHERE program_id = $1 AND amount = $2::numeric RETURNING intent_id
"""


def _broken(reconciled: Reconciled, *, whole: bool) -> dict[object, str]:
    async def look() -> dict[object, str]:
        books = reconciled.books
        async with books.worker.read(reconciled.program) as session:
            run = Run(new_id(), reconciled.program, whole, asked_at=books.now, taken_by="")
            scope = await read_scope(session, run, books.now)
            assert (scope.since is None) == whole
            found = await broken_intents(session, scope)
        return {one.intent_id: one.problem for one in found}

    return reconciled.books.runner.run(look())


def test_what_was_settled_since_a_clean_run_is_looked_at_again(reconciled: Reconciled) -> None:
    assert reconciled.found() == []
    reconciled.follow()
    reconciled.books.now += timedelta(days=3)
    assert reconciled.found() == []
    reconciled.pay(5_000_000)
    reconciled.pay(6_000_000)
    assert _broken(reconciled, whole=True) == _broken(reconciled, whole=False) == {}
    [unsettled] = reconciled.plant(_UNSETTLE, 5_000_000)
    [strange] = reconciled.plant(_ANOTHER_JOURNAL, 6_000_000)
    newer = {
        unsettled: "The intent is CONFIRMED and has no settlement.",
        strange: "The settlement's journal is not the intent's.",
    }
    assert _broken(reconciled, whole=False) == newer
    # What that clean run saw is for whole runs.
    [older] = reconciled.plant(_UNSETTLE, 2_000_003)
    assert _broken(reconciled, whole=False) == newer
    assert _broken(reconciled, whole=True) == {**newer, older: newer[unsettled]}
