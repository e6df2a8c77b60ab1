"""PostgreSQL's own programs: those of a folder that is named, else the embedded ones, else those on the PATH."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sge.embedded.failures import ToolMissing
from sge.embedded.postgres_binaries import postgres_binaries
from sge.embedded.unprivileged import Account, server_account
from sge.failures import CannotStart

_LAST_WORDS = 600


@dataclass(frozen=True)
class Programs:
    """folder: None: wherever the PATH finds them. account: whom a server has to run as when we are root."""

    folder: Path | None
    account: Account | None

    def path(self, name: str) -> str:
        """Raises CannotStart when the program is missing."""
        found = shutil.which(name) if self.folder is None else shutil.which(name, path=self.folder)
        if found is None:
            raise CannotStart(
                f"the program {name} of PostgreSQL is missing; install the server's package (Debian: postgresql), and name"
                " its folder in SGE_POSTGRES_PROGRAMS (such as /usr/lib/postgresql/18/bin)"
            )
        return found

    def run(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        hear: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Runs it to its end; raises CannotStart with its last words when it fails. hear: told each line that it prints."""
        heard = ""
        with subprocess.Popen(
            [self.path(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Progress is rewritten in place: universal newlines make lines of it.
            text=True,
            env=dict(environment),
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                heard = (heard + line)[-_LAST_WORDS:]
                hear(line.strip())
        if process.returncode != 0:
            raise CannotStart(f"{name} failed ({process.returncode}): {heard.strip()}")


def postgres_programs(folder: Path | None) -> Programs:
    """folder: SGE_POSTGRES_PROGRAMS."""
    account = server_account()
    if folder is not None:
        return Programs(folder, account)
    try:
        return Programs(postgres_binaries(account), account)
    except ToolMissing:
        return Programs(None, account)
