"""Why PostgreSQL does not let us in, and what to do; never with an address' password in it."""

import os

from asyncpg.exceptions import (
    DuplicatePreparedStatementError,
    InterfaceError,
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    InvalidSQLStatementNameError,
    PostgresError,
)

STATEMENTS_GET_LOST = (
    "a pooler loses prepared statements: from PgBouncer 1.21 on set max_prepared_statements = 200 there, "
    "before that SGE_STATEMENT_CACHE_SIZE=0 for every process"
)
# ValueError and TypeError are the driver's for an address that it cannot read.
LOGIN_FAILURES = (PostgresError, InterfaceError, OSError, TimeoutError, ValueError, TypeError)


class LoginFailed(RuntimeError):
    """PostgreSQL cannot be reached, or refuses this role; the text says what to do."""


def login_failed(problem: BaseException) -> LoginFailed:
    """The problem in words for a person."""
    return LoginFailed(f"{_said(problem)}; {_remedy(problem)}")


def _said(problem: BaseException) -> str:
    if isinstance(problem, PostgresError):
        return " ".join(str(problem).split())
    if isinstance(problem, OSError):
        number = problem.errno or 0  # getaddrinfo's are below 0
        return os.strerror(number) if number > 0 else problem.strerror or type(problem).__name__
    # What a driver says about an address may show pieces of its password.
    return "the address cannot be read" if isinstance(problem, ValueError) else "no answer"


def _remedy(problem: BaseException) -> str:
    if isinstance(problem, InvalidAuthorizationSpecificationError):
        return "give the role's password, as migrations/bootstrap.sql has set it"
    if isinstance(problem, DuplicatePreparedStatementError | InvalidSQLStatementNameError):
        return STATEMENTS_GET_LOST
    if isinstance(problem, InvalidCatalogNameError):
        return "a superuser makes the database with migrations/bootstrap.sql"
    if isinstance(problem, PostgresError):
        return "look into PostgreSQL's log"
    if isinstance(problem, ValueError):
        return "in a password, write @ : / ? # % as %40 %3A %2F %3F %23 %25"
    return "is PostgreSQL running at that host and port?"
