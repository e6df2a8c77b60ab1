"""The platform's own audit rows are looked at daily, and what was bent or cut is told until it is put right."""

from datetime import timedelta

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.reconciliation import newest_due
from app.processes.reconciliation.platform import look_at_platform
from app.services.audit import AuditEntry, write_audit
from app.store.reconciliation.platform_looks import newest_fault
from tests.reconciliation.reconciled import Reconciled

_NEWEST = "SELECT * FROM platform_audit_look ORDER BY looked_at DESC, id DESC LIMIT 1"
# $1 is a program's, as `plant` has it: these rows are of none.
_CUT = """
WITH newest AS (SELECT max(n) AS n FROM seal WHERE program_id = 0 AND stream = 'AUDIT' AND $1::bigint > 0),
     cut AS (DELETE FROM seal USING newest WHERE program_id = 0 AND stream = 'AUDIT' AND seal.n = newest.n RETURNING through)
DELETE FROM audit USING cut WHERE program_id = 0 AND id = cut.through::uuid
"""
_BEND = """
UPDATE audit a SET reason = $2 FROM seal s
 WHERE a.program_id = 0 AND s.program_id = 0 AND s.stream = 'AUDIT' AND s.n = 1 AND s.through = a.id::text AND $1::bigint > 0
"""


def _happens(reconciled: Reconciled) -> None:
    """An operator does something; it is sealed."""
    books = reconciled.books

    async def act() -> None:
        async with books.world.api.write(PLATFORM_PROGRAM_ID) as unit:
            await write_audit(unit, AuditEntry("operator", "lane.halted", None, books.now))

    books.runner.run(act())
    reconciled.follow()


def _look(reconciled: Reconciled, after: timedelta) -> str | None:
    """What a look finds that is due after so long."""
    books = reconciled.books
    books.now += after

    async def look() -> str | None:
        assert await look_at_platform(reconciled.parts())
        assert not await look_at_platform(reconciled.parts())
        async with books.worker.read(None) as session:
            return await newest_fault(session)

    return books.runner.run(look())


def test_what_operators_did_stays_as_it_was(reconciled: Reconciled) -> None:
    day, soon = timedelta(days=1), timedelta(minutes=11)
    reconciled.books.now = newest_due(reconciled.books.now) + timedelta(minutes=1)
    for _ in range(3):
        _happens(reconciled)
    assert _look(reconciled, day) is None
    [seen] = reconciled.fetch(_NEWEST)
    assert seen["seals"] >= 3
    # Cut off with its row: the chain that is left holds, and goes on.
    reconciled.plant(_CUT)
    lost = f"AUDIT:head:{seen['seals']}"
    assert _look(reconciled, day) == f"{lost}: there is no such seal"
    _happens(reconciled)
    again = _look(reconciled, soon)
    assert again is not None
    assert again.startswith(f"{lost}: it is 0x")
    reconciled.plant(_BEND, "another")
    assert _look(reconciled, soon) == "AUDIT:1: the sealed row, or its seal, was changed"
    [worst] = reconciled.fetch(_NEWEST)
    assert worst["faults"] == 2


def test_an_alert_ends_when_the_row_is_put_back(reconciled: Reconciled) -> None:
    _happens(reconciled)
    reconciled.plant(_BEND, "another")
    assert _look(reconciled, timedelta(days=1)) is not None
    [bent] = reconciled.fetch(_NEWEST)
    reconciled.plant(_BEND, None)
    _look(reconciled, timedelta(minutes=11))
    [mended] = reconciled.fetch(_NEWEST)
    assert mended["faults"] == bent["faults"] - 1
