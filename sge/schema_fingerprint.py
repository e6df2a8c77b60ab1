"""Which SQL made a database: a migration's name alone does not say whether its file was edited since."""

import hashlib

from sge.embedded.project import PROJECT

_SQL = PROJECT / "migrations" / "sql"
_DIGITS = 16


def revisions() -> list[str]:
    """Every migration, the oldest first: each has a folder of SQL files that run in the order of their names."""
    return sorted(folder.name for folder in _SQL.iterdir() if folder.is_dir())


def fingerprint(revision: str | None = None) -> str:
    """Of what this checkout's migrations execute up to the revision (the newest by default); comments and line breaks do
    not count.
    """
    digest = hashlib.sha256()
    for name in revisions():
        if revision is None or name <= revision:
            for file in sorted((_SQL / name).glob("[0-9]*.sql")):
                lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
                statements = [line for line in lines if line and not line.startswith("--")]
                digest.update(" ".join(statements).encode() + b"\n")
    return digest.hexdigest()[:_DIGITS]
