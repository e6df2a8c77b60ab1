"""What a run saw at the end of a chain of seals is there for ever: a chain that was cut, or written anew, is found."""

from app.domain.reconciliation import RunStatus
from app.store.seals import JOURNAL_HASH
from tests.reconciliation.reconciled import Found, Reconciled

_HEADS = """
SELECT journal_seals, journal_head, audit_seals, audit_head FROM reconciliation_run WHERE id = $1
"""
_NEWEST = "SELECT n, hash FROM seal WHERE program_id = $1 AND stream = $2 ORDER BY n DESC LIMIT 1"
# The rows go with their seals, as somebody would do it who knows of seals.
_CUT_AUDIT = """
WITH cut AS (DELETE FROM seal WHERE program_id = $1 AND stream = 'AUDIT' AND n > $2::bigint RETURNING through)
DELETE FROM audit a USING cut WHERE a.program_id = $1 AND a.id = cut.through::uuid
"""
# The newest journal says something else, and its seal is made anew, so that the chain holds.
_FORGE_JOURNAL = f"""
WITH forged AS (
  UPDATE journal SET description = 'another' WHERE program_id = $1
     AND id::text = (SELECT through FROM seal WHERE program_id = $1 AND stream = 'JOURNAL' AND n = $2::bigint)
  RETURNING *
)
UPDATE seal s SET hash = sha256(s.previous_hash || int8send(s.n) || {JOURNAL_HASH})
  FROM forged j WHERE s.program_id = $1 AND s.stream = 'JOURNAL' AND s.n = $2::bigint
"""


def _lived_on(reconciled: Reconciled) -> None:
    """Something happens, and all of it is sealed: the run's own audit rows too."""
    reconciled.pay(1_000)
    reconciled.follow()


def _seen(reconciled: Reconciled) -> tuple[int, int]:
    """How many seals of journals and of audit rows a run saw, which found nothing."""
    assert reconciled.found() == []
    [run] = reconciled.fetch(_HEADS, reconciled.run_id)
    for stream, n, head in (
        ("JOURNAL", run["journal_seals"], run["journal_head"]),
        ("AUDIT", run["audit_seals"], run["audit_head"]),
    ):
        [newest] = reconciled.fetch(_NEWEST, reconciled.program, stream)
        assert (n, head) == (newest["n"], newest["hash"])
    return run["journal_seals"], run["audit_seals"]


def _always_found(reconciled: Reconciled, expected: Found) -> None:
    for whole in (False, True, False):
        assert reconciled.found(whole=whole) == expected
        _lived_on(reconciled)


def test_a_tail_that_was_cut_off_with_its_rows_is_found(reconciled: Reconciled) -> None:
    _, seen = _seen(reconciled)
    reconciled.plant(_CUT_AUDIT, seen - 2)
    _always_found(reconciled, [("SEAL_BROKEN", f"AUDIT:head:{seen}")])


def test_it_is_found_where_the_chain_went_on_from_its_shorter_head(reconciled: Reconciled) -> None:
    _, seen = _seen(reconciled)
    reconciled.plant(_CUT_AUDIT, seen - 1)
    while reconciled.fetch(_NEWEST, reconciled.program, "AUDIT")[0]["n"] <= seen:
        _lived_on(reconciled)
    _always_found(reconciled, [("SEAL_BROKEN", f"AUDIT:head:{seen}")])


def test_a_chain_that_is_gone_as_a_whole_is_found(reconciled: Reconciled) -> None:
    _, seen = _seen(reconciled)
    reconciled.plant(_CUT_AUDIT, 0)
    assert reconciled.found(whole=False) == [("SEAL_BROKEN", f"AUDIT:head:{seen}")]


def test_a_chain_that_was_written_anew_is_found(reconciled: Reconciled) -> None:
    seen, _ = _seen(reconciled)
    reconciled.plant(_FORGE_JOURNAL, seen)
    _always_found(reconciled, [("SEAL_BROKEN", f"JOURNAL:head:{seen}")])


def test_what_a_longer_chain_had_is_asked_of_every_run(reconciled: Reconciled) -> None:
    """Not only of the last one: a run that saw the shorter chain is no reason to forget the longer one."""
    reconciled.follow()
    _seen(reconciled)
    reconciled.follow()
    _, seen = _seen(reconciled)
    reconciled.plant(_CUT_AUDIT, seen - 1)
    expected = [("SEAL_BROKEN", f"AUDIT:head:{seen}")]
    assert reconciled.found() == expected
    [run] = reconciled.fetch(_HEADS, reconciled.run_id)
    assert run["audit_seals"] == seen - 1
    assert reconciled.run(whole=True) == (RunStatus.DISCREPANCIES, expected)
