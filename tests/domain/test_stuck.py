"""Limits and diagnoses: the first thing in the way is named, in the order in which it has to be cleared."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.states import IntentStage, IntentStatus, LaneStatus, ProgramStatus
from app.domain.stuck import LIMITS, WorkStage, intent_cutoffs, limit_of
from app.domain.stuck_intents import diagnose_intent, work_stage_of
from app.domain.stuck_situations import (
    ChainSituation,
    IntentSituation,
    ProgramSituation,
    SentTransaction,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
PROGRAM = ProgramSituation(ProgramStatus.ACTIVE, None, None, 1000, 10, mostly_refused=False)
CHAIN = ChainSituation(8453, 100, NOW, NOW, None)
SENT = SentTransaction(17, "0xabc", LaneStatus.ACTIVE, None, 2, 5, "NoAnswer: timeout", AGO, AGO)
WAITING = IntentSituation(
    status=IntentStatus.PENDING,
    stage=IntentStage.QUEUED,
    since=AGO,
    by_provider=False,
    program=PROGRAM,
    chain=CHAIN,
    put_back=None,
    due_at=AGO,
    lease_until=None,
    mined_block=None,
    sent=None,
    provider=None,
)
ON_ITS_WAY = replace(
    WAITING, status=IntentStatus.PROCESSING, stage=IntentStage.BROADCAST, sent=SENT
)
CASES = [
    (WAITING, "Nobody has taken it up"),
    (replace(WAITING, put_back="it could not be simulated"), "the last reason: it could not be"),
    (
        replace(WAITING, chain=replace(CHAIN, held_up_by="0xabc is halted, theft")),
        "0xabc is halted",
    ),
    (replace(WAITING, chain=replace(CHAIN, head_at=AGO)), "newest block known of chain 8453"),
    (replace(WAITING, chain=replace(CHAIN, watched_at=None)), "has watched chain 8453 ever"),
    (replace(WAITING, program=replace(PROGRAM, mostly_refused=True)), "More than half"),
    (replace(WAITING, program=replace(PROGRAM, gas_spent_wei=1000)), "1000 of 1000 wei"),
    (replace(WAITING, program=replace(PROGRAM, stopped="a bad log")), "posted, so nothing new"),
    (replace(WAITING, status=IntentStatus.PROCESSING), "has not come back"),
    (ON_ITS_WAY, "Nonce 17 of lane 0xabc: no block has it (sent 5 times, 2 copies)."),
    (replace(ON_ITS_WAY, stage=IntentStage.SIGNED), "no node has taken it"),
    (
        replace(ON_ITS_WAY, sent=replace(SENT, lane_status=LaneStatus.HALTED, halt_reason="theft")),
        "its lane is halted: theft",
    ),
    (replace(ON_ITS_WAY, stage=IntentStage.MINED, mined_block=101), "newest final block"),
    (replace(WAITING, by_provider=True), "The payer has not paid"),
]


@pytest.mark.parametrize(("one", "words"), CASES)
def test_the_first_thing_in_the_way_is_named(one: IntentSituation, words: str) -> None:
    diagnosis = diagnose_intent(one, NOW)
    assert words in diagnosis.waiting_for
    assert diagnosis.next_step
    assert diagnosis.since == AGO
    assert not diagnosis.explained


def test_what_holds_up_the_program_comes_before_what_holds_up_the_chain() -> None:
    paused = replace(PROGRAM, status=ProgramStatus.PAUSED, pause_reason="An audit.")
    one = replace(WAITING, program=paused, chain=replace(CHAIN, held_up_by="0xabc is halted"))
    diagnosis = diagnose_intent(one, NOW)
    assert diagnosis.waiting_for == "The program is paused: An audit."
    assert diagnosis.explained


def test_a_budget_ends_at_midnight() -> None:
    spent = replace(WAITING, program=replace(PROGRAM, gas_spent_wei=2000))
    assert diagnose_intent(spent, NOW).next_attempt_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_what_is_sent_goes_out_again_soon() -> None:
    assert diagnose_intent(ON_ITS_WAY, NOW).next_attempt_at == AGO + timedelta(seconds=15)


def test_limits_are_those_of_the_design() -> None:
    finality = timedelta(minutes=15)
    assert limit_of(WorkStage.INTENT_BROADCAST, finality) == timedelta(minutes=10)
    assert limit_of(WorkStage.INTENT_MINED, finality) == 2 * finality
    assert limit_of(WorkStage.INTENT_MINED, timedelta(seconds=2)) == timedelta(minutes=2)
    assert limit_of(WorkStage.SAFE_EXECUTING, finality) == timedelta(minutes=40)
    assert set(WorkStage) - set(LIMITS) == {WorkStage.INTENT_MINED, WorkStage.SAFE_EXECUTING}
    cutoffs = intent_cutoffs(NOW, finality)
    assert cutoffs.earliest_wait == cutoffs.leased == NOW - timedelta(minutes=3)


def test_every_stage_of_an_intent_has_a_line_in_the_table() -> None:
    stages = {
        work_stage_of(replace(WAITING, status=status, stage=stage))
        for status in (IntentStatus.PENDING, IntentStatus.PROCESSING)
        for stage in set(IntentStage) - {IntentStage.FINAL}
    }
    assert {one for one in WorkStage if one.startswith("INTENT_")} - stages == {
        WorkStage.INTENT_AT_PROVIDER
    }
