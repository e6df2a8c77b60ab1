"""GraphiQL for people who open /graphql in a browser, from the project's own build."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount

from schema.transport.page_files import PageFiles
from schema.transport.security_headers import GRAPHIQL_POLICY

_HEADERS = {
    "content-security-policy": GRAPHIQL_POLICY,
    "cache-control": "no-cache",
    "vary": "Accept",
}
_FILES = "graphiql"  # where the build puts what its page loads, relative to the page


class GraphiQL:
    """Answers browsers with the page and hands everything else on."""

    def __init__(self, built: Path, api: Callable[[Request], Awaitable[Response]]) -> None:
        self._built = built
        self._api = api

    async def __call__(self, request: Request) -> Response:
        if not _opens_a_page(request):
            return await self._api(request)
        return FileResponse(self._built / "index.html", headers=_HEADERS)

    def files(self) -> Mount:
        """The route of what the page loads."""
        return Mount(f"/{_FILES}", PageFiles(self._built / _FILES, GRAPHIQL_POLICY))


def _opens_a_page(request: Request) -> bool:
    """A browser's address bar: it names HTML and asks nothing; API clients name JSON, or nothing at all."""
    asks = {"query", "documentId"} & request.query_params.keys()
    accepted = request.headers.get("accept", "").lower()
    return request.method in {"GET", "HEAD"} and not asks and "text/html" in accepted
