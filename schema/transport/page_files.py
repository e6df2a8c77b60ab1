"""Built files of a page, each with the policy that its page runs under."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class PageFiles(StaticFiles):
    """A folder of static files; `index.html` stands for its folder."""

    def __init__(self, folder: Path, policy: str) -> None:
        # A build that runs beside the server takes files away for a moment: no reason not to start.
        super().__init__(directory=folder, html=True, check_dir=False)
        self._policy = policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = self._policy
        return response
