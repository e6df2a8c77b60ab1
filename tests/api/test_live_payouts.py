"""Subscriptions to payouts over real sockets: a batch to its end, an affiliate's earnings as they change."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.filled import FilledProgram
from tests.api.live import EVENTS, next_event, on_a_socket
from tests.transport.ws_client import Socket, initialised

BATCH = (
    "subscription ($id: ID!) { payoutBatchStatus(id: $id) { id status version blockers { code } } }"
)
DASHBOARD = (
    "subscription ($id: ID!) { programDashboard(programId: $id) { batchesAwaitingApproval } }"
)
EARNINGS = """subscription ($id: ID!) { affiliateEarnings(affiliateId: $id) {
  id earnings { payable { minor } accrued { minor } pendingApproval { minor } paid { minor } } } }"""
_RAISE = "UPDATE payout_batch SET version = version + 1 WHERE id = $1"


@pytest.fixture
async def url(stage: Stage) -> AsyncIterator[str]:
    async with on_a_socket(stage.process) as address:
        yield address


@pytest.fixture
async def batches(filled: FilledProgram) -> Batches:
    await filled.grow(1)
    return Batches(filled)


async def tell(stage: Stage, program: int, entity: UUID, name: str, **data: Any) -> None:
    """An event of one change, with the fields that matter here."""
    stage.handmade_events = True
    noun = name.partition(".")[0].upper()
    kind = EventType.PAYOUT_BATCH if noun == "PAYOUT" else EventType(noun)
    event = NewEvent(kind, name, str(entity), 1, stage.process.now(), {"v": 1, **data})

    async def record(unit: Any) -> None:
        unit.record(event)

    await stage.process.execute(program, record)


async def next_of(socket: Socket, field: str) -> Any:
    message = await socket.receive(10)
    assert message["type"] == "next", message
    return message["payload"]["data"][field]


async def test_a_batch_now_and_to_its_end(stage: Stage, batches: Batches, url: str) -> None:
    filled = batches.filled
    batch = await batches.propose(filled.payments)
    async with initialised(url, filled.program.token) as socket:
        await socket.subscribe("b", BATCH, id=encode_id(IdPrefix.PAYOUT_BATCH, batch))
        now = await next_of(socket, "payoutBatchStatus")
        assert (now["status"], now["version"]) == ("PENDING_APPROVAL", 1)
        await batches.sign(batch)
        await filled.owner.execute(_RAISE, batch)
        await tell(stage, filled.key, batch, "payout_batch.approved")
        approved = await next_of(socket, "payoutBatchStatus")
        assert (approved["status"], approved["version"]) == ("APPROVED", 2)
        await batches.execute(batch)
        await filled.owner.execute(_RAISE, batch)
        await tell(stage, filled.key, batch, "payout_batch.completed", status="COMPLETED")
        end = await next_of(socket, "payoutBatchStatus")
        assert (end["status"], end["version"], end["blockers"]) == ("COMPLETED", 3, [])
        assert await socket.receive() == {"id": "b", "type": "complete"}


async def test_earnings_as_they_move(stage: Stage, batches: Batches, url: str) -> None:
    filled = batches.filled
    earned = filled.payments[0].accrual.commissions[0]
    public_id = await filled.owner.fetchval(
        "SELECT public_id FROM affiliate WHERE id = $1", earned.affiliate_id
    )
    units = str(earned.amount.units)
    async with initialised(url, filled.program.token) as socket:
        await socket.subscribe("e", EARNINGS, id=encode_id(IdPrefix.AFFILIATE, public_id))
        [now] = (await next_of(socket, "affiliateEarnings"))["earnings"]
        assert now["accrued"]["minor"] == units
        await filled.owner.execute(
            "UPDATE commission SET status = 'PAYABLE' WHERE id = $1", earned.id
        )
        await tell(stage, filled.key, earned.id, "commission.payable", affiliate=str(public_id))
        [due] = (await next_of(socket, "affiliateEarnings"))["earnings"]
        assert (due["accrued"]["minor"], due["payable"]["minor"]) == ("0", units)
        # An event of somebody else's commission changes nothing here; one batch tells for all whom it pays.
        await tell(stage, filled.key, new_id(), "commission.payable", affiliate=str(new_id()))
        batch = await batches.propose(filled.payments)
        await tell(stage, filled.key, batch, "payout_batch.proposed", total="1")
        [listed] = (await next_of(socket, "affiliateEarnings"))["earnings"]
        assert (listed["payable"]["minor"], listed["pendingApproval"]["minor"]) == ("0", units)
        await batches.execute(batch)
        await tell(stage, filled.key, batch, "payout_batch.completed", status="COMPLETED")
        [paid] = (await next_of(socket, "affiliateEarnings"))["earnings"]
        assert (paid["pendingApproval"]["minor"], paid["paid"]["minor"]) == ("0", units)


async def test_what_was_paid_outside_wakes_earnings(
    stage: Stage, batches: Batches, url: str
) -> None:
    """The event is the affiliate's own; tests/payouts see what it pays. Here any change of its sums will do."""
    filled = batches.filled
    earned = filled.payments[0].accrual.commissions[0]
    public_id = await filled.owner.fetchval(
        "SELECT public_id FROM affiliate WHERE id = $1", earned.affiliate_id
    )
    async with initialised(url, filled.program.token) as socket:
        await socket.subscribe("e", EARNINGS, id=encode_id(IdPrefix.AFFILIATE, public_id))
        await next_of(socket, "affiliateEarnings")
        await filled.owner.execute(
            "UPDATE commission SET status = 'PAYABLE' WHERE id = $1", earned.id
        )
        await tell(stage, filled.key, public_id, "affiliate.paid_outside")
        [now] = (await next_of(socket, "affiliateEarnings"))["earnings"]
        assert now["payable"]["minor"] == str(earned.amount.units)


async def test_how_many_batches_wait_for_owners(stage: Stage, batches: Batches, url: str) -> None:
    filled = batches.filled
    async with initialised(url, filled.program.token) as socket:
        await socket.subscribe("d", DASHBOARD, id=filled.program.id)
        assert (await next_of(socket, "programDashboard"))["batchesAwaitingApproval"] == 0
        batch = await batches.propose(filled.payments)
        await tell(stage, filled.key, batch, "payout_batch.proposed")
        assert (await next_of(socket, "programDashboard"))["batchesAwaitingApproval"] == 1
        # What another batch replaces waits for nobody.
        again = await batches.replace(batch, keep=0)
        await tell(stage, filled.key, again, "payout_batch.proposed")
        assert (await next_of(socket, "programDashboard"))["batchesAwaitingApproval"] == 1
        await batches.sign(again)
        await tell(stage, filled.key, again, "payout_batch.approved")
        assert (await next_of(socket, "programDashboard"))["batchesAwaitingApproval"] == 0


async def test_what_is_not_there(stage: Stage, batches: Batches, url: str) -> None:
    batch = await batches.propose(batches.filled.payments)
    other = await stage.program()
    theirs = encode_id(IdPrefix.PAYOUT_BATCH, batch)
    affiliate = (await batches.filled.program.affiliate("THEIRS"))["id"]
    async with initialised(url, other.token) as socket:
        for query, id_, argument in (
            (BATCH, theirs, "id"),
            (BATCH, "bat_x", "id"),
            (EARNINGS, affiliate, "affiliateId"),
            (EARNINGS, theirs, "affiliateId"),
        ):
            await socket.subscribe("x", query, id=id_)
            message = await socket.receive()
            assert message["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
            assert message["payload"][0]["extensions"]["argument"] == [argument]


async def test_events_of_payouts_show_public_ids(stage: Stage, batches: Batches, url: str) -> None:
    filled = batches.filled
    payout, batch, part, affiliate = (new_id() for _ in range(4))
    async with initialised(url, filled.program.token) as socket:
        await socket.subscribe("e", EVENTS, program=filled.program.id, types=["PAYOUT_BATCH"])
        await socket.receive()
        await tell(stage, filled.key, batch, "payout_batch.proposed", safeTransactions=2)
        await tell(stage, filled.key, batch, "payout_batch.signed", safeTransactions=[str(part)])
        data = {"batch": str(batch), "affiliate": str(affiliate)}
        await tell(stage, filled.key, payout, "payout.paid", **data)
        proposed, signed, paid = [await next_event(socket) for _ in range(3)]
    assert proposed["entityId"] == signed["entityId"] == encode_id(IdPrefix.PAYOUT_BATCH, batch)
    assert proposed["data"]["safeTransactions"] == 2
    assert signed["data"]["safeTransactions"] == [encode_id(IdPrefix.SAFE_TRANSACTION, part)]
    assert paid["entityId"] == encode_id(IdPrefix.PAYOUT, payout)
    assert paid["data"]["batch"] == encode_id(IdPrefix.PAYOUT_BATCH, batch)
    assert paid["data"]["affiliate"] == encode_id(IdPrefix.AFFILIATE, affiliate)
