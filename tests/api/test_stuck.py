"""What stands still, as clients see it: which intents, and why."""

from datetime import timedelta
from typing import Any

from schema.ids import IdPrefix, encode_id
from tests.api.filled import FilledProgram
from tests.api.left_behind import LeftBehind

LIST = """
query ($slug: String!, $stuck: Boolean, $after: String, $first: Int! = 50) { program(slug: $slug) {
  intents(first: $first, after: $after, filter: {stuck: $stuck}) {
    nodes { id status stage stuck { since waitingFor nextStep nextAttemptAt lane { id relayer nextNonce } } }
    totalCount { value exact } pageInfo { hasNextPage endCursor } } } }
"""
BUDGET = """
query ($slug: String!) { program(slug: $slug) { statistics { gasBudgetRemaining { amount currency minor } } } }
"""
# Whatever day it is when the test's clock is asked.
SPENT = """
INSERT INTO program_gas (program_id, day, spent_wei, items, rejected)
SELECT $1, (now() AT TIME ZONE 'UTC')::date + n, 1000, 1, 0 FROM generate_series(0, 1) n
ON CONFLICT (program_id, day) DO UPDATE SET spent_wei = 1000
"""
HOUR = timedelta(hours=1)


async def listed(filled: FilledProgram, stuck: bool | None, **more: Any) -> dict[str, Any]:
    slug = filled.program.slug
    answer = await filled.program.ask(LIST, slug=slug, stuck=stuck, **more)
    found: dict[str, Any] = answer["program"]["intents"]
    return found


async def test_the_filter_finds_what_stands_still_and_nothing_else(filled: FilledProgram) -> None:
    await filled.grow(2)
    left = LeftBehind(filled)
    await left.watched()
    old = [*await left.queued(2, HOUR), *await left.sent(2, HOUR)]
    young = [
        *await left.queued(1, timedelta(minutes=9)),
        *await left.sent(1, timedelta(minutes=9)),
    ]
    stuck = await listed(filled, stuck=True)
    ids = {one["id"] for one in stuck["nodes"]}
    assert ids == {encode_id(IdPrefix.INTENT, one) for one in old}
    assert stuck["totalCount"] == {"value": 4, "exact": True}
    moving = await listed(filled, stuck=False)
    assert {one["stuck"] is None for one in moving["nodes"]} == {True}
    assert {encode_id(IdPrefix.INTENT, one) for one in young} < {
        one["id"] for one in moving["nodes"]
    }
    whole = await listed(filled, stuck=None)
    assert moving["totalCount"]["value"] == whole["totalCount"]["value"] - 4
    walked, after = [], None
    while True:
        page = await listed(filled, stuck=True, first=1, after=after)
        walked += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == [one["id"] for one in stuck["nodes"]] == sorted(ids, reverse=True)


async def test_a_diagnosis_names_lane_nonce_and_the_nodes_answer(filled: FilledProgram) -> None:
    left = LeftBehind(filled)
    await left.watched()
    await left.sent(1, HOUR)
    [one] = (await listed(filled, stuck=True))["nodes"]
    stuck = one["stuck"]
    assert stuck["lane"]["relayer"] in stuck["waitingFor"]
    assert "Nonce 1000 of lane" in stuck["waitingFor"]
    assert "no block has it (sent 3 times, 1 copy)" in stuck["waitingFor"]
    assert "Underpriced: transaction underpriced" in stuck["waitingFor"]
    assert "cannot be cancelled or retried" in stuck["nextStep"]
    assert stuck["since"] < stuck["nextAttemptAt"]


async def test_a_pause_explains_what_waits(filled: FilledProgram) -> None:
    left = LeftBehind(filled)
    await left.watched()
    await left.queued(1, HOUR)
    [one] = (await listed(filled, stuck=True))["nodes"]
    assert one["stuck"]["waitingFor"].startswith("Nobody has taken it up")
    await filled.owner.execute(
        "UPDATE program SET status = 'PAUSED', pause_reason = 'An audit.' WHERE id = $1", filled.key
    )
    [one] = (await listed(filled, stuck=True))["nodes"]
    assert one["stuck"]["waitingFor"] == "The program is paused: An audit."
    assert "resumeProgram" in one["stuck"]["nextStep"]


async def test_a_spent_gas_budget_is_shown_and_named(filled: FilledProgram) -> None:
    left = LeftBehind(filled)
    await left.watched()
    await left.queued(1, HOUR)
    await filled.owner.execute(
        "UPDATE program SET daily_gas_budget_wei = 1000 WHERE id = $1", filled.key
    )
    await filled.owner.execute(SPENT, filled.key)
    answer = await filled.program.ask(BUDGET, slug=filled.program.slug)
    assert answer["program"]["statistics"]["gasBudgetRemaining"]["minor"] == "0"
    [one] = (await listed(filled, stuck=True))["nodes"]
    assert one["stuck"]["waitingFor"].startswith("The program's gas budget of today is spent: 1")
    assert "midnight UTC" in one["stuck"]["nextStep"] + one["stuck"]["waitingFor"]
