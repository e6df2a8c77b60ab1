"""GET /exports/{token}: an export streamed from one snapshot. The link is the credential, and good once."""

import asyncio
from contextlib import aclosing, suppress
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.domain.errors import Unavailable
from app.domain.exports import ExportKind, ExportOrder
from schema.context import ApiRuntime
from schema.transport.export_batch import document_of
from schema.transport.export_csv import csv_of
from schema.transport.http import encode_answer

# Each holds a database connection and a snapshot for as long as its client reads.
_AT_ONCE = 2
_LONGEST_SECONDS = 600.0
_LONGEST_TOKEN = 100
# Whatever a cell or a file name holds: it is data, it is not kept, and the link tells nobody else.
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; sandbox",
}


class ExportingRuntime(ApiRuntime, Protocol):
    """What this route needs of the process."""

    async def use_export(self, token: str) -> ExportOrder | None: ...


class Exports:
    """The route, and how many downloads run."""

    def __init__(self, runtime: ExportingRuntime) -> None:
        self._runtime = runtime
        self._places = asyncio.Semaphore(_AT_ONCE)

    def route(self) -> Route:
        return Route("/exports/{token}", self._download, methods=["GET"])

    async def _download(self, request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "GET":
            # HEAD comes with GET; whoever only looks must not use the link up.
            return _refused(405, "METHOD_NOT_ALLOWED", "An export is fetched by GET.")
        if self._places.locked():
            return _refused(503, "SERVICE_UNAVAILABLE", "Other exports are running; try again.")
        await self._places.acquire()
        try:
            order = await self._runtime.use_export(token) if len(token) <= _LONGEST_TOKEN else None
        except Unavailable as problem:
            self._places.release()
            return _refused(503, "SERVICE_UNAVAILABLE", str(problem))
        except BaseException:
            self._places.release()
            raise
        if order is None:
            self._places.release()
            return _refused(404, "NOT_FOUND", "This link was used, has expired or never existed.")
        return _Download(self._runtime, order, self._places)


class _Download(StreamingResponse):
    """Reads while it sends. A slow reader, or a fault, cuts it off: it ends without its last chunk."""

    def __init__(
        self, runtime: ExportingRuntime, order: ExportOrder, places: asyncio.Semaphore
    ) -> None:
        self._runtime, self._order, self._places = runtime, order, places
        self._is_batch = order.kind is ExportKind.PAYOUT_BATCH
        name = f"{order.kind.lower().replace('_', '-')}.{'json' if self._is_batch else 'csv'}"
        super().__init__(
            (),
            media_type="application/json"
            if self._is_batch
            else "text/csv; charset=utf-8; header=present",
            headers=_HEADERS | {"content-disposition": f'attachment; filename="{name}"'},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        write = document_of if self._is_batch else csv_of
        try:
            async with (
                asyncio.timeout(_LONGEST_SECONDS),
                self._runtime.read_snapshot(self._order.program_id) as session,
                aclosing(write(session, self._order)) as content,
            ):
                self.body_iterator = content
                with suppress(ClientDisconnect):
                    await super().__call__(scope, receive, send)
        finally:
            self._places.release()


def _refused(status: int, code: str, message: str) -> Response:
    content = encode_answer({"errors": [{"message": message, "extensions": {"code": code}}]})
    headers = _HEADERS | ({"retry-after": "5"} if status == 503 else {})
    return Response(content, status, headers=headers, media_type="application/json")
