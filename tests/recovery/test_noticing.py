"""A database that was restored or promoted signs, posts and proposes nothing until it has caught up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chain.node_errors import NoAnswer
from app.domain.errors import Refusal, RefusalCode
from app.domain.health.condition import AlertName
from app.domain.health.conditions import conditions_of
from app.domain.ids import new_id
from app.domain.instances import EventMark, ServerPlace
from app.processes.health.read import FiguresReader
from app.processes.recovery.notice import TakenBack, require_same_past
from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.release_stuck import release_stuck
from app.processes.watching.watch import open_watcher
from app.store.chain import watching
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld, RememberedPlace

_SESSION = """
INSERT INTO wallet_session (id, wallet, token_hash, created_at, expires_at)
VALUES ($1, '0x0000000000000000000000000000000000000001', '\\x01', $2, $3)
"""
_BEGIN_SESSION = """
SELECT count(*) FROM sge_begin_sessions(ARRAY[$1], ARRAY[$2::timestamptz], ARRAY[$3::uuid],
  ARRAY['0x0000000000000000000000000000000000000001'], ARRAY[NULL::bigint], ARRAY[$4::bytea], ARRAY[NULL::text], $5::timestamptz,
  $5::timestamptz + interval '1 hour', 8)
"""


_MOVE = "SELECT sge_move_outbox(now())"
_WHOLE = st.integers(min_value=0, max_value=2**80)
_DIGESTS = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)


async def test_a_note_that_none_of_ours_wrote_pauses_nobody_and_is_told(
    recovering: RecoveringWorld,
) -> None:
    settling = recovering.settling
    await settling.ready()
    recovering.witness.foreign = True
    assert await recovering.notice() is None
    assert await settling.value("SELECT count(*) FROM program WHERE status <> 'ACTIVE'") == 0
    assert await settling.value("SELECT count(*) FROM recovery") == 0
    reader = FiguresReader(settling.worker, keep=False)
    told = [one.name for one in conditions_of(await reader.read(settling.clock()))]
    assert AlertName.REDIS_TAMPERED in told
    # It is replaced by one of ours, and no longer told of after an hour.
    assert await recovering.witness.recall() is not None
    settling.clock.ahead += timedelta(minutes=61)
    told = [one.name for one in conditions_of(await reader.read(settling.clock()))]
    assert AlertName.REDIS_TAMPERED not in told
    await require_same_past(settling.worker, RememberedPlace(foreign=True))


async def test_nothing_is_signed_read_or_resumed_on_another_timeline(
    recovering: RecoveringWorld,
) -> None:
    """Before anybody noticed: each statement looks by itself."""
    settling = recovering.settling
    program = await settling.ready()
    await settling.run(OTHER_TIMELINE)
    assert await recovering.watching.settle() == 0
    assert await settling.copies() == []
    assert await open_watcher(recovering.watching.parts("watcher")) is None
    assert await release_stuck(settling.worker, settling.bells, settling.clock) == (0, 0)
    with pytest.raises(Refusal) as refused:
        await recovering.resume(program)
    assert refused.value.code is RefusalCode.INVALID_STATE
    assert "sge recover" in refused.value.message


async def test_a_nonce_used_meanwhile_accuses_nobody(recovering: RecoveringWorld) -> None:
    """A key's transactions that the restored state lacks are its own."""
    settling = recovering.settling
    await settling.lanes()
    chain = settling.gateway_chain
    relayer = next(iter(settling.signers))
    chain.node.call("anvil_setNonce", relayer, hex(await settling.chain.nonce(relayer) + 3))
    await settling.run(OTHER_TIMELINE)
    await check_lanes(settling.worker, settling.bells, settling.chain, settling.clock)
    assert await recovering.value("SELECT status FROM lane") == "ACTIVE"
    recovered = await recovering.recover()
    [lane] = recovered.chains[0].lanes
    assert (lane.lost, lane.after - lane.used) == (3, 16)
    await check_lanes(settling.worker, settling.bells, settling.chain, settling.clock)
    assert await recovering.value("SELECT status FROM lane") == "ACTIVE"


async def test_who_notices_first_stops_everything_once(recovering: RecoveringWorld) -> None:
    settling = recovering.settling
    program = await settling.ready()
    await recovering.watching.turn()
    lives = settling.clock() + timedelta(hours=1)
    await settling.run(_SESSION, new_id(), settling.clock(), lives)
    old_lease = recovering.watching.watchers["watcher 1"].watch.lease
    assert await recovering.notice() is None
    epoch = await recovering.value("SELECT epoch FROM event_feed")
    await settling.run(OTHER_TIMELINE)
    begun = await recovering.notice()
    assert begun is not None
    assert (begun.paused, begun.sessions_ended) == (1, 1)
    assert begun.feed_epoch > epoch
    assert await recovering.notice() is None
    state = "SELECT status || ' ' || pause_reason FROM program WHERE id = $1"
    assert await recovering.value(state, program.id) == "PAUSED RECOVERY"
    with pytest.raises(watching.LeaseLost):
        await recovering.watching.turn()
    assert old_lease.fence < await recovering.value("SELECT fence FROM chain_watch")
    actions = "SELECT array_agg(action ORDER BY action) FROM audit WHERE action IN ('recovery.begun', 'program.paused')"
    assert await recovering.value(actions) == ["program.paused", "recovery.begun"]


async def test_a_message_signed_before_logs_nobody_in(recovering: RecoveringWorld) -> None:
    """Whether it was used already is forgotten."""
    settling = recovering.settling
    before = settling.clock()
    await settling.run(OTHER_TIMELINE)
    await recovering.notice()
    after = settling.clock()
    five_minutes = timedelta(minutes=5)
    for asked_at, began in ((before, 0), (after, 1)):
        given = (new_id().hex, asked_at + five_minutes, new_id(), new_id().bytes, settling.clock())
        assert await recovering.value(_BEGIN_SESSION, *given) == began


async def test_a_server_behind_where_it_was_seen_is_noticed(recovering: RecoveringWorld) -> None:
    """A disk's snapshot keeps its timeline."""
    settling = recovering.settling
    assert await recovering.notice() is None
    assert recovering.witness.noted is not None
    here = ServerPlace.parse(recovering.witness.noted)
    assert here is not None
    further = ServerPlace(here.system, here.timeline, here.written + 10**12)
    recovering.witness.noted = str(further)
    assert await recovering.notice() is not None
    await settling.lanes()
    assert await recovering.notice() is None
    await recovering.recover()
    assert await recovering.notice() is None
    assert await recovering.begin() is None


async def test_two_looks_in_a_row_are_needed(recovering: RecoveringWorld) -> None:
    """What fails in between may have taken the watcher's memory of the look before with it."""
    settling = recovering.settling
    await settling.ready()
    await settling.run(OTHER_TIMELINE)
    turns: list[int] = []

    def falter(point: str) -> None:
        """Each second look, until there were six."""
        if point != "recovery.turn":
            return
        turns.append(len(turns))
        if len(turns) < 7 and len(turns) % 2 == 0:
            raise NoAnswer("a test")

    await recovering.recover(falter)
    assert len(turns) >= 8


async def test_a_person_may_say_so_where_nothing_shows_it(recovering: RecoveringWorld) -> None:
    assert await recovering.begin() is None
    recovery = await recovering.begin("the disk is of yesterday")
    assert recovery is not None
    assert recovery.reason == "the disk is of yesterday"
    again = await recovering.begin("the disk is of yesterday")
    assert again is not None
    assert (again.id, again.feed_epoch) == (recovery.id, recovery.feed_epoch)


async def test_a_server_that_was_taken_back_by_seconds_and_works_on_is_noticed(
    recovering: RecoveringWorld,
) -> None:
    """It is further than it was seen, on its own timeline: only what it says of then is something else."""
    settling = recovering.settling
    program = await settling.ready()
    await settling.run(_MOVE)
    assert await recovering.notice() is None
    # As if the last event had never been, and others came in its place.
    await settling.run("DELETE FROM event WHERE position = (SELECT max(position) FROM event)")
    with pytest.raises(TakenBack, match="lost event"):
        await require_same_past(settling.worker, recovering.witness)
    begun = await recovering.notice()
    assert begun is not None
    assert begun.paused == 1
    await require_same_past(settling.worker, recovering.witness)
    assert await recovering.notice() is None
    await recovering.recover()
    assert await recovering.notice() is None
    await recovering.resume(program)


async def test_events_that_are_forgotten_by_age_accuse_nobody(recovering: RecoveringWorld) -> None:
    settling = recovering.settling
    await settling.ready()
    await settling.run(_MOVE)
    assert await recovering.notice() is None
    await settling.run("UPDATE event_feed SET kept_from = (SELECT max(position) FROM event)")
    await settling.run("DELETE FROM event")
    assert await recovering.notice() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:2",
        "1:2:x",
        "1:2:3:4",
        "-1:2:3",
        "٣:1:1",
        f"1:2:3:x:{'0' * 64}",
        f"1:2:3:4:{'g' * 64}",
    ],
)
def test_a_place_is_read_strictly(text: str) -> None:
    assert ServerPlace.parse(text) is None


@given(
    st.builds(
        ServerPlace, _WHOLE, _WHOLE, _WHOLE, st.none() | st.builds(EventMark, _WHOLE, _DIGESTS)
    )
)
def test_a_place_is_read_as_it_was_written(place: ServerPlace) -> None:
    assert ServerPlace.parse(str(place)) == place


@given(st.text(alphabet="0123456789abcdef:x\u0663", max_size=90))
def test_any_text_is_read(text: str) -> None:
    found = ServerPlace.parse(text)
    assert found is None or ServerPlace.parse(str(found)) == found
