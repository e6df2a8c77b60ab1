"""What is done to all sockets of a process: credentials looked up again, the stuck closed, all sent away."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence

import structlog

from app.domain.errors import Unavailable
from schema.context import ApiRuntime
from schema.transport.settings import TransportSettings
from schema.transport.ws_connection import Connection
from schema.transport.ws_messages import CloseCode
from schema.transport.ws_output import TOO_SLOW

_log = structlog.get_logger(__name__)
_LOOK_UPS_TOGETHER = 500
_LOOK_UPS_AT_ONCE = 4
_LOOK_UP_SECONDS = 2.0
_LONGEST_GAP_SECONDS = 0.01
_LOOK_FOR_STUCK_SECONDS = 1.0
_REVOKED = "This credential has expired, was revoked or lost rights."


async def watch(
    connections: Collection[Connection], runtime: ApiRuntime, settings: TransportSettings
) -> None:
    """Look after all sockets until it is cancelled; a round that fails is not the last."""
    every = settings.recheck_credentials_seconds
    await asyncio.gather(
        _again_and_again(every, lambda: recheck_credentials(connections, runtime)),
        _again_and_again(_LOOK_FOR_STUCK_SECONDS, lambda: close_stalled(connections)),
    )


async def _again_and_again(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await look()
        except Exception:  # noqa: BLE001  whatever it was, the next round looks again
            _log.exception("socket_watch_failed")


async def recheck_credentials(connections: Collection[Connection], runtime: ApiRuntime) -> None:
    """Close the sockets of credentials that ended or lost rights.

    More rights keep the socket: its next operations have them. One credential whose look-up fails or
    waits holds up no other; while the store is away sockets stay until their credential ends by the clock, and the
    next look decides.
    """
    by_token: dict[str, list[Connection]] = {}
    for connection in connections:
        if connection.token is not None:
            by_token.setdefault(connection.token, []).append(connection)
    tokens, turns = list(by_token), asyncio.Semaphore(_LOOK_UPS_AT_ONCE)
    for start in range(0, len(tokens), _LOOK_UPS_TOGETHER):
        portion = tokens[start : start + _LOOK_UPS_TOGETHER]
        if await _look_again(portion, runtime):
            await asyncio.gather(
                *(_recheck(token, by_token[token], runtime, turns) for token in portion)
            )
            continue
        for token in portion:
            if runtime.authenticator.has_expired(token):
                await _refuse(by_token[token])


async def _look_again(tokens: Sequence[str], runtime: ApiRuntime) -> bool:
    """One question for many credentials; False when the store is away."""
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            await runtime.authenticator.look_again(tokens)
    except (Unavailable, TimeoutError):
        _log.warning("credentials_recheck_failed", exc_info=True)
        return False
    except Exception:  # noqa: BLE001  one of them spoils it: each is looked up by itself
        _log.exception("credentials_recheck_failed")
    return True


async def _recheck(
    token: str, connections: list[Connection], runtime: ApiRuntime, turns: asyncio.Semaphore
) -> None:
    try:
        async with turns, asyncio.timeout(_LOOK_UP_SECONDS):
            now = await runtime.authenticator.authenticate(token)
    except Exception:  # noqa: BLE001  the store is away
        _log.warning("credential_recheck_failed", exc_info=True)
        return
    for connection in connections:
        earlier = connection.caller
        if now is not None and (earlier is None or now.covers(earlier)):
            connection.caller = now
    await _refuse([each for each in connections if each.caller is not now])


async def _refuse(connections: Sequence[Connection]) -> None:
    await asyncio.gather(*(each.close(CloseCode.FORBIDDEN, _REVOKED) for each in connections))


async def close_stalled(connections: Collection[Connection]) -> None:
    """Close the sockets whose clients make no room for what they asked for."""
    now = asyncio.get_running_loop().time()
    stalled = [each for each in connections if each.output.stalled(now)]
    if stalled:
        _log.info("sockets_stalled", request_ids=[each.request_id for each in stalled])
    await asyncio.gather(*(each.close(CloseCode.TRY_AGAIN_LATER, TOO_SLOW) for each in stalled))


async def send_away(connections: Collection[Connection], seconds: float) -> None:
    """Close all sockets so that clients come back, evenly over some seconds, in no order."""
    leaving = list(connections)
    random.shuffle(leaving)
    gap = min(_LONGEST_GAP_SECONDS, seconds / max(1, len(leaving)))
    async with asyncio.TaskGroup() as group:
        for connection in leaving:
            group.create_task(connection.send_away())
            await asyncio.sleep(gap)
