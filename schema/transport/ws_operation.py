"""One operation on a socket: its messages, whatever becomes of it."""

from contextlib import aclosing
from typing import Any, Protocol

import structlog
from starlette.datastructures import Headers

from app.bus.event_reader import SlowConsumer
from app.domain.permissions import Caller
from app.domain.positions import WritePosition
from app.observability import SUBSCRIPTIONS_ACTIVE, request_logging
from app.tracing import span
from schema.context import ApiRuntime, OperationContext
from schema.transport.engine import Engine, RequestRefused
from schema.transport.limits.admissions import Admissions
from schema.transport.limits.request import RequestLimits
from schema.transport.presenting import present_failure
from schema.transport.sharing import SharedStreams, serialise
from schema.transport.trusted_documents import is_from_browser
from schema.transport.ws_messages import CloseCode, Subscribe, next_prefix, text_of
from schema.transport.ws_output import TOO_SLOW, SocketGone, UnreadOutput

_log = structlog.get_logger(__name__)


class OperationServer(Protocol):
    engine: Engine
    runtime: ApiRuntime
    streams: SharedStreams
    admissions: Admissions


class OperationSocket(Protocol):
    """What an operation needs of its connection."""

    server: Any
    caller: Caller | None
    position: WritePosition | None
    headers: Headers
    address: str

    async def send_text(self, text: str) -> None: ...

    async def close(self, code: CloseCode, reason: str) -> None: ...


class Operations(Protocol):
    """What an operation tells of itself."""

    def finish(self, identifier: str) -> None: ...

    def streams(self) -> None: ...


async def run_operation(
    socket: OperationSocket, operations: Operations, message: Subscribe, request_id: str
) -> None:
    """Send every result and then complete, or one error; only a slow reader ends the socket."""
    with request_logging(request_id):
        try:
            last = await _last_message(socket, operations, message, request_id)
            operations.finish(message.id)
            await socket.send_text(text_of({"id": message.id, **last}))
        except (SlowConsumer, UnreadOutput):
            await socket.close(CloseCode.TRY_AGAIN_LATER, TOO_SLOW)
        except SocketGone:
            _log.debug("socket_gone")


async def _last_message(
    socket: OperationSocket, operations: Operations, message: Subscribe, request_id: str
) -> dict[str, Any]:
    """Send the results; give what is to be said when there are no more."""
    actor = socket.caller.actor if socket.caller else None
    limits = RequestLimits(socket.server.admissions, socket.address, actor)
    try:
        await _send_results(socket, operations, message, request_id, limits)
    except RequestRefused as refused:
        limits.note_refusal(refused)
        return _error(refused.answer["errors"], limits)
    except (SlowConsumer, UnreadOutput, SocketGone):
        raise
    except Exception as failure:  # noqa: BLE001  the client gets a coded error, never a stack
        return _error([present_failure(failure, request_id)], limits)
    return {"type": "complete"}


def _error(errors: list[dict[str, Any]], limits: RequestLimits) -> dict[str, Any]:
    """An error message holds errors only, so the cost stands in the first of them."""
    first, *others = errors
    first["extensions"] |= limits.extensions
    return {"type": "error", "payload": [first, *others]}


async def _send_results(
    socket: OperationSocket,
    operations: Operations,
    message: Subscribe,
    request_id: str,
    limits: RequestLimits,
) -> None:
    server: OperationServer = socket.server
    limits.check()
    by_browser = is_from_browser(socket.headers, socket.caller.actor if socket.caller else None)
    operation = server.engine.prepare(
        message.request,
        request_id,
        from_browser=by_browser,
        cost_limit=limits.cost_limit,
        admit_document=limits.admit_document,
    )
    await limits.admit(operation)
    context = OperationContext(server.runtime, socket.caller, request_id, limits.extensions)
    prefix = next_prefix(message.id)
    if not operation.is_subscription:
        context.position = socket.position
        with span(f"graphql {operation.root_field}", "SERVER"):
            answer = await server.engine.execute(operation, context)
        # Two that end in another order than they wrote: the further one has both.
        socket.position = max(filter(None, (socket.position, context.position)), default=None)
        await socket.send_text(f"{prefix}{serialise(answer)}}}")
        return
    operations.streams()
    with SUBSCRIPTIONS_ACTIVE.track_inprogress():
        async with aclosing(server.streams.open(operation, context)) as payloads:
            async for payload in payloads:
                await socket.send_text(f"{prefix}{payload}}}")
