"""Why a Safe transaction, a lane, a webhook delivery or a provider's event stands still, in words."""

from datetime import UTC, datetime

from app.domain.blockers import signatures_so_far
from app.domain.stuck import Diagnosis, WorkStage

_PAUSED = "It goes on by itself when a person resumes the program (resumeProgram)."


def diagnose_safe_transaction(
    stage: WorkStage,
    since: datetime,
    *,
    nonce: int,
    signed: int,
    threshold: int,
    waiting: str | None,
    relay: str | None,
    pause_reason: str | None,
) -> Diagnosis:
    """nonce: the Safe's. waiting: why no relay takes it. relay: the lane and nonce that carry it, and what a node said.
    pause_reason: of a program that is paused.
    """
    place = f"The Safe transaction at nonce {nonce}"
    if stage is WorkStage.SAFE_PROPOSED:
        return Diagnosis(
            since,
            f"{place} waits for signatures: it has {signatures_so_far(signed, threshold)}.",
            "Owners sign it (approvePayoutBatch), or it is given up safely (rejectPayoutBatch, then closePayoutBatch).",
        )
    if stage is WorkStage.SAFE_EXECUTING:
        return Diagnosis(
            since,
            f"{place} was sent to the chain and its end is not final: {relay or 'no relay of ours is known'}.",
            "It is sent again by itself, and ended by what the Safe says at a final block. It can be executed at any time:"
            " do not propose its payouts again by hand.",
        )
    if pause_reason is not None:
        words = f"{place} is approved, and the program is paused: {pause_reason}"
        return Diagnosis(since, words, _PAUSED, explained=True)
    reason = (waiting or "no lane has taken it").removesuffix(".")
    return Diagnosis(
        since,
        f"{place} is approved, and is not sent to the chain: {reason}.",
        "The job `pay` tries it again by itself. Owners can execute it themselves at any time; that is recorded.",
    )


def diagnose_given_up(
    since: datetime, *, nonce: int, proposed_at: datetime, rejected: bool, reason: str
) -> Diagnosis:
    """nonce: the Safe's. proposed_at: when its batch was, that no other replaces; rejected: by a person."""
    close = "closePayoutBatch" if rejected else "rejectPayoutBatch and closePayoutBatch"
    return Diagnosis(
        since,
        f"The batch of {_minute(proposed_at)} was given up at {_minute(since)} ({reason.removesuffix('.')}), and its Safe"
        f" transaction at nonce {nonce} is open: no other payout is proposed before it is ended.",
        f"End it: {close}, or createPayoutBatch with `replaces`; owners sign what uses its nonce. What they signed elsewhere"
        " can be executed until then.",
    )


def diagnose_lane(
    stage: WorkStage,
    since: datetime,
    *,
    relayer: str,
    halt_reason: str | None,
    balance_wei: int | None,
    oldest: str | None,
) -> Diagnosis:
    """oldest: its oldest transaction that no block has, in words."""
    if stage is WorkStage.LANE_HALTED:
        return Diagnosis(
            since,
            f"Lane {relayer} is halted: {halt_reason}.",
            "It signs nothing until unhaltLane, which compares its nonces with the chain first and refuses while one of"
            " somebody else's is unexplained.",
        )
    if stage is WorkStage.LANE_DRAINING:
        wei = "an unknown amount of" if balance_wei is None else str(balance_wei)
        return Diagnosis(
            since,
            f"Lane {relayer} takes no new work: its relayer has {wei} wei.",
            "Send it native coin (0.1 to 0.5); it takes work again by itself within a minute.",
        )
    return Diagnosis(
        since,
        f"Lane {relayer} waits for {oldest}, and all its later nonces with it.",
        "The same bytes are sent again and copies that offer more are signed, up to the chain's cap for gas"
        " (SGE_CHAINS, max_fee_wei).",
    )


def diagnose_delivery(
    stage: WorkStage,
    since: datetime,
    *,
    url: str,
    event: str,
    tries: int,
    lease_until: datetime | None,
    failing_since: datetime | None,
) -> Diagnosis:
    """url: of its endpoint, whose tries have failed since failing_since; event: the name of what it tells."""
    if stage is WorkStage.DELIVERY_LEASED:
        return Diagnosis(
            since,
            f"A worker began to send {event} to {url} (try {tries}) and has not come back.",
            "The job deliver_webhooks notes the try as lost and makes another by itself.",
            lease_until,
        )
    if failing_since is not None:
        return Diagnosis(
            since,
            f"{event} is due for {url}, which has taken nothing since {_minute(failing_since)}: what waits there is tried"
            " one after the other.",
            "It is tried again by itself. Mend the receiver (the endpoint's deliveries say what it answered), or disable the"
            " endpoint (updateWebhookEndpoint).",
            since,
        )
    return Diagnosis(
        since,
        f"{event} is due for {url} and nobody sends it: the workers of the queue `webhooks` are behind, or none runs.",
        "It is sent by itself when one runs (`sge worker --queue webhooks`).",
        since,
    )


def diagnose_provider_event(
    since: datetime, *, provider: str, event: str, tries: int, due_at: datetime
) -> Diagnosis:
    """event: the provider's id of it. tries: that broke off."""
    what = f"Event {event} of {provider} waits to be processed"
    why = (
        "nobody processes it"
        if tries == 0
        else f"processing it broke off {'once' if tries == 1 else f'{tries} times'}"
    )
    return Diagnosis(
        since,
        f"{what}: {why} since {_minute(since)}.",
        "It is tried again by itself, hourly in the end; the workers' log (job process_provider_events) has the reason.",
        due_at,
    )


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M UTC}"
