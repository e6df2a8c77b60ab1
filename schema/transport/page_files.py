"""Built files of a page, each with the policy that its page runs under."""

import stat
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Their names change with what they hold.
_NAMED_BY_CONTENT = "assets/"
_FOR_GOOD = "public, max-age=31536000, immutable"
_COMPRESSED = (".js", ".css")


class PageFiles(StaticFiles):
    """A folder of static files; `index.html` stands for its folder. A file's compressed form stands beside it."""

    def __init__(self, folder: Path, policy: str) -> None:
        # A build that runs beside the server takes files away for a moment: no reason not to start.
        super().__init__(directory=folder, html=True, check_dir=False)
        self._policy = policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._compressed(path, scope) or await super().get_response(path, scope)
        response.headers["content-security-policy"] = self._policy
        if path.endswith(_COMPRESSED):
            response.headers["vary"] = "accept-encoding"
        if response.status_code in {200, 304}:
            named = path.startswith(_NAMED_BY_CONTENT)
            response.headers["cache-control"] = _FOR_GOOD if named else "no-cache"
        return response

    async def _compressed(self, path: str, scope: Scope) -> Response | None:
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if not path.endswith(_COMPRESSED) or not _takes_gzip(accepted):
            return None
        try:
            file, found = await run_in_threadpool(self.lookup_path, f"{path}.gz")
        except (
            OSError,
            ValueError,
        ):  # no name that a file can have; what is asked for is looked up next
            return None
        if (
            found is None
            or not stat.S_ISREG(found.st_mode)
            or scope["method"] not in {"GET", "HEAD"}
        ):
            return None
        response = self.file_response(file, found, scope)
        response.headers["content-encoding"] = "gzip"
        return response


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
