"""Finds Foundry's anvil, or fetches it: SGE_ANVIL, the PATH, then its npm package."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.node import npm_environment
from sge.embedded.project import installing

_LOCKED = Path(__file__).parent / "node"
# The machines whose package is in the lock with its hash (docs/decisions/0020).
_PACKAGES = {("Linux", "x86_64"): "anvil-linux-amd64"}
_REMEDY = "install Foundry (its anvil has to be on the PATH) or point SGE_ANVIL at an anvil"


def anvil_binary() -> Path:
    """The anvil to run; raises ToolMissing, saying what to install."""
    chosen = os.environ.get("SGE_ANVIL")
    if chosen:
        if not os.access(chosen, os.X_OK):
            raise ToolMissing(f"SGE_ANVIL is {chosen}, which is not a program; {_REMEDY}")
        return Path(chosen)
    found = shutil.which("anvil")
    return Path(found) if found else _from_npm()


def _from_npm() -> Path:
    machine = (platform.system(), platform.machine())
    if machine not in _PACKAGES:
        raise ToolMissing(f"no anvil on this machine ({' '.join(machine)}); {_REMEDY}")
    with installing("anvil") as folder:
        binary = folder / "node_modules" / "@foundry-rs" / _PACKAGES[machine] / "bin" / "anvil"
        if not _is_current(folder) or not binary.exists():
            _install(folder)
    return binary


def _is_current(folder: Path) -> bool:
    lock = folder / "package-lock.json"
    return lock.exists() and lock.read_bytes() == (_LOCKED / "package-lock.json").read_bytes()


def _install(folder: Path) -> None:
    shutil.copy(_LOCKED / "package.json", folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--include=optional"]
    shutil.copy(_LOCKED / "package-lock.json", folder)
    done = subprocess.run(
        command, check=False, cwd=folder, env=npm_environment(), capture_output=True, text=True
    )
    if done.returncode != 0:
        (folder / "package-lock.json").unlink()
        raise ToolMissing(f"anvil could not be fetched: {done.stderr.strip()[-500:]}\n{_REMEDY}")
