"""Builds the page at `/`, and GraphiQL, when their sources are newer than what was built."""

import subprocess

from sge.embedded.failures import EmbeddedFailure
from sge.embedded.node import npm_environment
from sge.embedded.project import PROJECT

PAGE = PROJECT / "frontend-stub"
# The last of what `npm run build` writes.
_BUILT = PAGE / "dist-graphiql" / "index.html"
_INSTALLED = PAGE / "node_modules" / ".package-lock.json"


def build_page() -> None:
    """Installs the locked packages and builds; EmbeddedFailure with npm's words when it fails."""
    if _BUILT.exists() and _BUILT.stat().st_mtime >= _newest_source():
        return
    lock = PAGE / "package-lock.json"
    if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        _npm("ci", "--no-audit", "--no-fund")
        _INSTALLED.touch()
    _npm("run", "build")


def _newest_source() -> float:
    folders = [PAGE / "src", PAGE / "graphiql"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [path for path in PAGE.iterdir() if path.is_file()]
    return max(path.stat().st_mtime for path in files)


def _npm(*arguments: str) -> None:
    done = subprocess.run(
        ["npm", *arguments],
        check=False,
        cwd=PAGE,
        env=npm_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise EmbeddedFailure(
            f"the page could not be built (`npm {' '.join(arguments)}` in {PAGE}):\n"
            f"{(done.stdout + done.stderr)[-1500:]}\nrun without it: make demo ARGS=--no-page"
        )
