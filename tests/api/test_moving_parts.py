"""Workers, lanes and the queue of systemStatus, as their rows say."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.api.caller import Stage
from tests.api.test_system import STATUS
from tests.fixtures.databases import Database

_WORKERS = """
INSERT INTO worker_heartbeat (name, queues, state, current_job, beat_at) VALUES
 ('a', '{settle,watch}', 'IDLE', NULL, now()), ('b', '{webhooks}', 'BUSY', 'deliver_webhooks', now()),
 ('c', '{settle}', 'STOPPING', 'settle_intents', now() - interval '55 s'),
 ('d', '{settle}', 'BUSY', 'settle_intents', now() - interval '65 s')
"""
_LANE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, balance_wei, status, halt_reason, halted_at, created_at)
VALUES (gen_random_uuid(), 31337, '0x' || repeat($1, 40), 9, $2, $3, $4, CASE WHEN $4::text IS NULL THEN NULL ELSE now() END,
        now())
"""
_OPEN = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
SELECT gen_random_uuid(), l.id, 31337, g.nonce, 'SETTLE', l.relayer, l.relayer, '', 100000, '',
       now() - g.nonce * interval '100 s'
  FROM lane l, generate_series(6, 8) AS g (nonce) WHERE l.relayer LIKE '%111'
"""
_QUEUED = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at)
SELECT p.id, gen_random_uuid(), 31337, now() - interval '90 s' FROM program p, generate_series(1, $1)
"""
_BALANCES = """
{ systemStatus { lanes { minimumBalance { amount currency } lowBalance { amount } highBalance { amount } } } }
"""


async def seen(stage: Stage) -> dict[str, Any]:
    answer: dict[str, Any] = (await stage.platform.ask(STATUS))["systemStatus"]
    return answer


@pytest.fixture
async def root(database: Database) -> Any:
    connection = await asyncpg.connect(database.superuser_dsn)
    yield connection
    await connection.close()


async def test_workers_are_shown_as_they_said_or_as_lost(
    stage: Stage, root: asyncpg.Connection
) -> None:
    await root.execute(_WORKERS)
    workers = (await seen(stage))["workers"]
    assert [(one["name"], one["state"], one["currentJob"], one["queues"]) for one in workers] == [
        ("a", "IDLE", None, ["settle", "watch"]),
        ("b", "BUSY", "deliver_webhooks", ["webhooks"]),
        ("c", "STOPPING", "settle_intents", ["settle"]),
        ("d", "LOST", "settle_intents", ["settle"]),
    ]
    beats = [one["lastHeartbeatAt"] for one in workers]
    assert beats[3] < beats[2] < beats[0]


async def test_lanes_are_shown_with_what_waits_in_them(
    stage: Stage, root: asyncpg.Connection
) -> None:
    for digit, milliether, status, reason in (
        ("1", 250, "ACTIVE", None),
        ("2", 99, "ACTIVE", None),
        ("3", 49, "DRAINING", None),
        ("4", 501, "ACTIVE", None),
        ("5", 250, "HALTED", "a nonce that somebody else used"),
    ):
        await root.execute(_LANE, digit, milliether * 10**15, status, reason)
    await root.execute(_OPEN)
    status = await seen(stage)
    lanes = {one["relayer"][-1]: one for one in status["lanes"]}
    health = {digit: lane["health"] for digit, lane in lanes.items()}
    assert health == {"1": "OK", "2": "DEGRADED", "3": "DOWN", "4": "DEGRADED", "5": "DOWN"}
    assert status["health"] == "DOWN"
    assert [lanes[n]["status"] for n in "135"] == ["ACTIVE", "DRAINING", "HALTED"]
    assert lanes["1"]["balance"] == {"amount": "0.250000000000000000"}
    assert (lanes["1"]["nextNonce"], lanes["1"]["inFlight"]) == ("9", 3)
    # The oldest, not the newest, of the three that no block has.
    assert 800 <= lanes["1"]["oldestPendingSeconds"] < 830
    assert (lanes["2"]["inFlight"], lanes["2"]["oldestPendingSeconds"]) == (0, None)


async def test_a_lane_says_between_which_balances_it_is_well(
    stage: Stage, root: asyncpg.Connection
) -> None:
    await root.execute(_LANE, "1", 10**17, "ACTIVE", None)
    [lane] = (await stage.platform.ask(_BALANCES))["systemStatus"]["lanes"]
    assert lane == {
        "minimumBalance": {"amount": "0.050000000000000000", "currency": "ETH"},
        "lowBalance": {"amount": "0.100000000000000000"},
        "highBalance": {"amount": "0.500000000000000000"},
    }


async def test_the_queue_is_as_healthy_as_what_waits_in_it(
    stage: Stage, root: asyncpg.Connection
) -> None:
    await stage.program()
    for more, depth, health in ((99, 99, "OK"), (1, 100, "DEGRADED"), (401, 501, "DOWN")):
        await root.execute(_QUEUED, more)
        [queue] = (await seen(stage))["queues"]
        assert (queue["name"], queue["depth"], queue["health"]) == ("settle", depth, health)
        assert 90 <= queue["oldestSeconds"] < 120


async def test_nothing_waits_for_less_than_no_time(
    stage: Stage, root: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due by PostgreSQL's clock, while the one of this process is behind."""
    await stage.program()
    await root.execute(_QUEUED, 1)
    late = stage.process.now() - timedelta(seconds=120)
    monkeypatch.setattr(stage.process, "now", lambda: late)
    [queue] = (await seen(stage))["queues"]
    assert (queue["depth"], queue["oldestSeconds"]) == (1, 0)
