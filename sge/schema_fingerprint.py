"""Which SQL made a database: while a migration is edited in place, its name alone does not say."""

import hashlib

from sge.embedded.project import PROJECT

_SQL = PROJECT / "migrations" / "sql"
_DIGITS = 16


def fingerprint() -> str:
    """Of what this checkout's migrations execute; comments and line breaks do not count."""
    digest = hashlib.sha256()
    for file in sorted(_SQL.glob("[0-9]*.sql")):
        lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        statements = [line for line in lines if line and not line.startswith("--")]
        digest.update(" ".join(statements).encode() + b"\n")
    return digest.hexdigest()[:_DIGITS]
