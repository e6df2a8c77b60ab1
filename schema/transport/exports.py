"""GET /exports/{token}: an export streamed from one snapshot. The link is the credential, and good once."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from app.domain.errors import Unavailable
from app.domain.exports import ExportKind, ExportOrder
from app.domain.positions import Reader
from app.store.database import ReadSession
from schema.context import ApiRuntime
from schema.transport.export_audit import lines_of
from schema.transport.export_batch import document_of
from schema.transport.export_csv import csv_of
from schema.transport.export_pace import Paced, TooSlow
from schema.transport.export_places import ExportPlace, ExportPlaces
from schema.transport.http import encode_answer

# Of ten database connections that a process has, unless it is told otherwise.
_AT_ONCE = 4
_LONGEST_SECONDS = 600.0
# A modem's speed: ten minutes of it are 10 MB.
_LEAST_BYTES_A_SECOND = 16_384
_GRACE_SECONDS = 10.0
_PATIENCE_SECONDS = 1.0
_LONGEST_TOKEN = 100
# Whatever a cell or a file name holds: it is data, it is not kept, and the link tells nobody else.
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; sandbox",
}


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of export is written."""

    ending: str
    media_type: str
    write: Callable[[ReadSession, ExportOrder], AsyncGenerator[bytes, None]]


_TABLE = _Form("csv", "text/csv; charset=utf-8; header=present", csv_of)
_FORMS = {
    ExportKind.AUDIT: _Form("jsonl", "application/jsonl", lines_of),
    ExportKind.PAYOUT_BATCH: _Form("json", "application/json", document_of),
}


class ExportingRuntime(ApiRuntime, Protocol):
    """What this route needs of the process."""

    async def use_export(self, token: str, admit: Callable[[int], None]) -> ExportOrder | None: ...


class Exports:
    """The route, and how many downloads run."""

    def __init__(self, runtime: ExportingRuntime) -> None:
        self._runtime = runtime
        self._places = ExportPlaces(_AT_ONCE)

    def route(self) -> Mount:
        """All of /exports, so that what is not there is not looked for among the page's files."""
        download = Route("/{token}", self._download, methods=["GET"])
        return Mount("/exports", Router([download], redirect_slashes=False))

    async def _download(self, request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "GET":
            # HEAD comes with GET; whoever only looks must not use the link up.
            return _refused(405, "METHOD_NOT_ALLOWED", "An export is fetched by GET.")
        try:
            place = self._places.take()
            order = await self._use(token, place)
        except Unavailable as problem:
            return _refused(503, "SERVICE_UNAVAILABLE", str(problem))
        if order is None:
            return _refused(404, "NOT_FOUND", "This link was used, has expired or never existed.")
        return _Download(self._runtime, order, place)

    async def _use(self, token: str, place: ExportPlace) -> ExportOrder | None:
        """Uses the link up in this place; without an order the place is free again."""
        order = None
        try:
            if len(token) <= _LONGEST_TOKEN:
                order = await self._runtime.use_export(token, place.admit)
        finally:
            if order is None:
                place.release()
        return order


class _Download(StreamingResponse):
    """Reads while it sends. A slow reader, or a fault, cuts it off: it ends without its last chunk."""

    def __init__(self, runtime: ExportingRuntime, order: ExportOrder, place: ExportPlace) -> None:
        self._runtime, self._order, self._place = runtime, order, place
        self._form = _FORMS.get(order.kind, _TABLE)
        name = f"{order.kind.lower().replace('_', '-')}.{self._form.ending}"
        super().__init__(
            (),
            media_type=self._form.media_type,
            headers=_HEADERS | {"content-disposition": f'attachment; filename="{name}"'},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        paced = Paced(
            send, least_bytes_a_second=_LEAST_BYTES_A_SECOND, grace_seconds=_GRACE_SECONDS
        )
        try:
            async with (
                asyncio.timeout(_LONGEST_SECONDS),
                self._runtime.read_snapshot(
                    self._order.program_id, await self._reader()
                ) as session,
                aclosing(self._form.write(session, self._order)) as content,
            ):
                self.body_iterator = content
                with suppress(ClientDisconnect, TooSlow):
                    await super().__call__(scope, receive, paced)
        finally:
            self._place.release()

    async def _reader(self) -> Reader | None:
        """An export shows all that was committed before its link was used; it takes long, so a replica is waited for."""
        position = await self._runtime.note_write(None)
        return None if position is None else Reader(None, None, position, _PATIENCE_SECONDS)


def _refused(status: int, code: str, message: str) -> Response:
    content = encode_answer({"errors": [{"message": message, "extensions": {"code": code}}]})
    headers = _HEADERS | ({"retry-after": "5"} if status == 503 else {})
    return Response(content, status, headers=headers, media_type="application/json")
