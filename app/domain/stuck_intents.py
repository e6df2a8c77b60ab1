"""Why an intent stands still, in words: the first thing that is in its way, what happens next, and one safe action."""

from datetime import UTC, datetime, timedelta

from app.domain.states import IntentStage, IntentStatus, LaneStatus, ProgramStatus
from app.domain.stuck import Diagnosis, WorkStage
from app.domain.stuck_situations import IntentSituation, SentTransaction
from app.domain.transactions import BUMP_AFTER, SEND_AGAIN_AFTER

# A watcher looks each half second, and keeps its lease by that.
_WATCHER_SILENT_AFTER = timedelta(minutes=1)
_HEAD_OLD_AFTER = timedelta(minutes=5)


def work_stage_of(one: IntentSituation) -> WorkStage:
    """Its line of the table."""
    if one.by_provider:
        return WorkStage.INTENT_AT_PROVIDER
    if one.stage is IntentStage.QUEUED and one.status is IntentStatus.PROCESSING:
        return WorkStage.INTENT_LEASED
    return WorkStage(f"INTENT_{one.stage.value}")


def diagnose_intent(one: IntentSituation, now: datetime) -> Diagnosis:
    """The diagnosis; whether it is stuck at all is the table's to say (app/domain/stuck.py). now: real time."""
    if one.by_provider:
        return _at_provider(one)
    match one.stage:
        case IntentStage.QUEUED if one.status is IntentStatus.PROCESSING:
            return _leased(one)
        case IntentStage.QUEUED:
            return _queued(one, now)
        case IntentStage.MINED:
            return _mined(one, now)
        case _:
            return _unmined(one, now)


def _queued(one: IntentSituation, now: datetime) -> Diagnosis:
    return (
        _program_in_the_way(one, now)
        or _chain_in_the_way(one, now)
        or _lanes_in_the_way(one)
        or _put_back(one, now)
    )


def _program_in_the_way(one: IntentSituation, now: datetime) -> Diagnosis | None:
    program = one.program
    midnight = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    tomorrow = midnight + timedelta(days=1)
    if program.status is not ProgramStatus.ACTIVE:
        return Diagnosis(
            one.since,
            f"The program is {program.status.value.lower()}: {program.pause_reason or 'no reason given'}",
            "It goes on by itself when a person resumes the program (resumeProgram); until then it can be ended by"
            " cancelIntent.",
            explained=True,
        )
    if program.stopped is not None:
        return Diagnosis(
            one.since,
            f"What the program settled cannot be posted, so nothing new is signed for it: {program.stopped}",
            "The platform's people resolve the critical discrepancy; `sge program resume-posting` then starts it again.",
        )
    if program.gas_budget_wei is not None and program.gas_spent_wei >= program.gas_budget_wei:
        return Diagnosis(
            one.since,
            f"The program's gas budget of today is spent: {program.gas_spent_wei} of {program.gas_budget_wei} wei."
            " Other programs are not affected.",
            "It goes on by itself at midnight UTC, or when the platform's people raise the budget"
            " (`sge program gas-budget`).",
            tomorrow,
        )
    if program.mostly_refused:
        return Diagnosis(
            one.since,
            "More than half of what the program sent to the chain today was refused there, which costs gas for nothing."
            " Other programs are not affected.",
            "It goes on by itself at midnight UTC. Look at the failures of the program's intents of today.",
            tomorrow,
        )
    return None


def _chain_in_the_way(one: IntentSituation, now: datetime) -> Diagnosis | None:
    chain = one.chain
    if chain.watched_at is None or now - chain.watched_at > _WATCHER_SILENT_AFTER:
        seen = "ever" if chain.watched_at is None else f"since {_at(chain.watched_at)}"
        return Diagnosis(
            one.since,
            f"No worker has watched chain {chain.chain_id} {seen}.",
            "It goes on by itself when a worker of the queues `watch` and `settle` runs: start one (`sge worker`).",
        )
    if chain.head_at is not None and now - chain.head_at > _HEAD_OLD_AFTER:
        return Diagnosis(
            one.since,
            f"The newest block known of chain {chain.chain_id} is of {_at(chain.head_at)}: its nodes do not answer, or are"
            " behind.",
            "Nodes are asked all the time; it goes on by itself when one has newer blocks. `sge doctor` asks each.",
        )
    return None


def _lanes_in_the_way(one: IntentSituation) -> Diagnosis | None:
    if one.chain.held_up_by is None:
        return None
    return Diagnosis(
        one.since,
        f"No lane of chain {one.chain.chain_id} takes new work: {one.chain.held_up_by}.",
        "A lane without funds goes on by itself once its relayer is funded; a halted one when the platform's people say so"
        " (unhaltLane, which compares its nonces with the chain first).",
        one.due_at,
    )


def _put_back(one: IntentSituation, now: datetime) -> Diagnosis:
    if one.put_back is not None:
        return Diagnosis(
            one.since,
            f"It was put back each time it was to be signed; the last reason: {one.put_back}.",
            "It is tried again by itself. Nothing of it is signed: cancelIntent ends it safely.",
            one.due_at,
        )
    waits = "Nobody has taken it up" if one.due_at is None or one.due_at <= now else "It is not due"
    return Diagnosis(
        one.since,
        f"{waits}: the workers of the queue `settle` are behind, or none runs.",
        "It is taken up by itself, in turn with other programs' intents. Nothing of it is signed: cancelIntent ends it"
        " safely.",
        one.due_at,
    )


def _leased(one: IntentSituation) -> Diagnosis:
    until = "" if one.lease_until is None else f" Its lease ran out at {_at(one.lease_until)}."
    return Diagnosis(
        one.since,
        f"The worker that took it has not come back.{until}",
        "Nothing of it is signed. The job release_stuck of the queue `upkeep` gives it back each minute; it is then taken up"
        " by another worker.",
        one.lease_until,
    )


def _unmined(one: IntentSituation, now: datetime) -> Diagnosis:
    sent = one.sent
    if sent is None:
        return Diagnosis(
            one.since,
            "It is signed, and the transaction that carries it cannot be found.",
            "It stays as it is. Ask the platform's people: `sge intent show`.",
        )
    if sent.lane_status is LaneStatus.HALTED:
        return Diagnosis(
            one.since,
            f"{_where(sent)} waits, and its lane is halted: {sent.halt_reason}.",
            "What is signed is sent again as it is, and nothing is signed anew, until the platform's people un-halt the lane"
            " (unhaltLane, which compares its nonces with the chain first).",
            _next_send(sent),
        )
    silent = _chain_in_the_way(one, now)
    if silent is not None:
        return silent
    tried = f"sent {_times(sent.sends)}, {sent.copies} {'copy' if sent.copies == 1 else 'copies'}"
    answer = f" The node's last answer: {sent.last_error}." if sent.last_error else ""
    what = "no node has taken it" if one.stage is IntentStage.SIGNED else "no block has it"
    return Diagnosis(
        one.since,
        f"{_where(sent)}: {what} ({tried}).{answer}",
        "The same bytes are sent again, and a copy that offers more is signed at the same nonce, up to the chain's cap for"
        " gas. It can be mined at any time, so it cannot be cancelled or retried; it frees itself when its nonce is used.",
        _next_send(sent),
    )


def _mined(one: IntentSituation, now: datetime) -> Diagnosis:
    silent = _chain_in_the_way(one, now)
    if silent is not None:
        return silent
    if one.program.stopped is not None:
        return Diagnosis(
            one.since,
            f"It is in block {one.mined_block}, and what the program settled cannot be posted: {one.program.stopped}",
            "The platform's people resolve the critical discrepancy; `sge program resume-posting` then posts it.",
        )
    return Diagnosis(
        one.since,
        f"It is in block {one.mined_block}; the newest final block of chain {one.chain.chain_id} is"
        f" {one.chain.final_number}.",
        "It is posted by itself when its block is final. Its money has moved: nothing is to be retried or cancelled.",
    )


def _at_provider(one: IntentSituation) -> Diagnosis:
    if one.provider is not None:
        return Diagnosis(
            one.since,
            f"An event of its payment provider waits to be processed; it broke off {_times(one.provider.tries)}.",
            "It is tried again by itself; the workers' log (job process_provider_events) has the reason.",
            one.provider.due_at,
        )
    return Diagnosis(
        one.since,
        "The payer has not paid, or the payment provider has not told so.",
        "It is CONFIRMED or FAILED by itself when the provider tells. Compare with the charge at the provider, and let it send"
        " its webhooks again.",
    )


def _where(sent: SentTransaction) -> str:
    return f"Nonce {sent.nonce} of lane {sent.relayer}"


def _next_send(sent: SentTransaction) -> datetime:
    if sent.last_sent_at is None:
        return sent.signed_at + SEND_AGAIN_AFTER
    return min(sent.last_sent_at + SEND_AGAIN_AFTER, sent.signed_at + BUMP_AFTER)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _at(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
