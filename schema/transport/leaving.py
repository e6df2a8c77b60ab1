"""A server that stops by sending its clients to another one, before it closes what is left."""

import socket
from collections.abc import Awaitable, Callable

import uvicorn


class LeavingServer(uvicorn.Server):
    """Told to stop, it listens no longer, then lets the sockets' clients go, then stops as uvicorn does.

    uvicorn alone closes all sockets in one moment, and cuts off what a query or mutation on one
    of them was about to answer; the clients would all be back in the next moment.
    """

    def __init__(self, config: uvicorn.Config, leave: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._leave = leave

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        try:
            await self._leave()
        finally:
            await super().shutdown(sockets)
