"""What follows when a receiver does not take a delivery: more tries, and an end to them."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from app.domain.webhooks.schedule import TRIES
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import Received, receiving

_OFFSETS = (60, 300, 900, 3_600, 21_600, 86_400)


def verified(secret: str | None, one: Received) -> dict[str, object]:
    """By the reference library; its clock is the machine's, so the signature's time is looked at elsewhere."""
    assert secret is not None
    library = Webhook(secret)
    library._Webhook__verify_timestamp = _instant  # type: ignore[attr-defined]
    data: dict[str, object] = library.verify(one.body, one.signed)
    return data


def _instant(header: str) -> datetime:
    return datetime.fromtimestamp(float(header), UTC)


async def test_a_failure_is_tried_again_seven_times_in_all(hooks: Hooks) -> None:
    async with receiving(status=500) as receiver:
        made = await hooks.listen(receiver.url)
        await hooks.tell()
        for number, offset in enumerate(_OFFSETS):
            [row] = await hooks.rows("SELECT status, next_attempt_at FROM webhook_delivery")
            gap = offset - (0, *_OFFSETS)[number]
            wait = row["next_attempt_at"] - hooks.world.now
            assert timedelta(seconds=gap) <= wait <= timedelta(seconds=gap * 1.2)
            hooks.later(seconds=gap - 1)
            assert await hooks.deliver() == 0
            hooks.world.now = row["next_attempt_at"]
            assert await hooks.deliver() == 1
        assert await hooks.statuses() == ["FAILED"]
        assert len(receiver.got) == TRIES
        assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
        assert len({one.headers["webhook-timestamp"] for one in receiver.got}) == TRIES
        for one in receiver.got:
            verified(made.secret, one)
        tries = await hooks.rows("SELECT n, error FROM webhook_attempt ORDER BY n")
        assert [tuple(row) for row in tries] == [(n, "Answered 500.") for n in range(1, TRIES + 1)]
        await hooks.queue()
        assert (await hooks.told())[-1] == "webhook_endpoint.delivery_failed"


async def test_retry_after_is_granted_up_to_a_day(hooks: Hooks) -> None:
    async with receiving(status=429, headers={"retry-after": "7200"}) as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
        [row] = await hooks.rows("SELECT next_attempt_at FROM webhook_delivery")
        assert row["next_attempt_at"] - hooks.world.now == timedelta(hours=2)
        hooks.world.now = row["next_attempt_at"]
        receiver.headers["retry-after"] = "99999999"
        await hooks.deliver()
        [row] = await hooks.rows("SELECT next_attempt_at FROM webhook_delivery")
        assert row["next_attempt_at"] - hooks.world.now == timedelta(days=1)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(hooks: Hooks, status: int) -> None:
    async with receiving() as aim, receiving(status=status) as receiver:
        receiver.headers["location"] = aim.url
        await hooks.listen(receiver.url)
        await hooks.tell()
        assert (len(receiver.got), aim.connections) == (1, 0)
        [row] = await hooks.rows("SELECT error, response_status FROM webhook_attempt")
        assert tuple(row) == (f"Answered {status}; redirects are not followed.", status)


async def test_410_disables_the_endpoint(hooks: Hooks) -> None:
    async with receiving(status=410) as receiver:
        made = await hooks.listen(receiver.url)
        hooks.places = 1
        await hooks.tell(3)
        assert await hooks.statuses() == ["DISABLED"] * 3
        assert len(receiver.got) == 1
        assert await hooks.tell() == 0
        assert (await hooks.told())[-1] == "webhook_endpoint.disabled"
        [row] = await hooks.rows("SELECT * FROM audit WHERE action = 'webhook_endpoint.disabled'")
        assert row["actor"] == "job:deliver_webhooks"
        receiver.status = 200
        await hooks.update(made.endpoint_id, enabled=True)
        assert await hooks.tell() == 1
        assert len(receiver.got) == 2


async def test_an_endpoint_that_never_answers_is_disabled_after_days(hooks: Hooks) -> None:
    async with receiving(status=500) as receiver:
        await hooks.listen(receiver.url)
        for _ in range(6):
            await hooks.happen()
            await hooks.queue()
            for _ in range(TRIES):
                await hooks.deliver()
                hooks.later(hours=22)
        assert await hooks.statuses() == ["FAILED"]
        await hooks.queue()
        assert (await hooks.told())[-1] == "webhook_endpoint.disabled"
