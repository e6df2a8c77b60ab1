"""Why figures could not be read."""

import asyncpg

_TOO_LONG = (asyncpg.exceptions.QueryCanceledError, asyncpg.exceptions.LockNotAvailableError)


class StaleFigures(Exception):
    """They can be read, but are too old to go by; says why."""


def why_unread(problem: Exception) -> str:
    """In words that hold nothing of the data."""
    if isinstance(problem, StaleFigures):
        return str(problem)
    if isinstance(problem, _TOO_LONG):
        return "a statement took too long, or waited too long for a lock"
    return type(problem).__name__
