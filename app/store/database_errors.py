"""What a failed transaction means: try the same again, or the database refuses what it holds."""

from asyncpg.exceptions import InterfaceError, PostgresError

from app.domain.errors import Unavailable

DatabaseError = PostgresError

# SQLSTATE classes (PostgreSQL, appendix A): lost connections, resources, operators' interventions, system errors,
# and rollbacks for the sake of concurrency; lock_timeout is 55P03.
_PASSING = ("08", "40", "53", "55", "57", "58")
# Bad values, broken constraints, raised by functions of ours: the same again is refused again.
_REFUSING = ("22", "23", "P0", "SG")

_DISK_FULL = "53100"
_LOCK_NOT_AVAILABLE = "55P03"
_DEADLOCK = "40P01"
_OPEN_RULE = frozenset({"SG033", "SG035", "SG043"})


def passes(problem: BaseException) -> bool:
    """Whether the same transaction may well succeed next time."""
    if isinstance(problem, PostgresError):
        return _sqlstate(problem).startswith(_PASSING)
    return isinstance(problem, InterfaceError | OSError | Unavailable)


def refuses(problem: BaseException) -> bool:
    """Whether the database refuses the content of the transaction."""
    return isinstance(problem, PostgresError) and (_sqlstate(problem)).startswith(_REFUSING)


def is_lock_timeout(problem: BaseException) -> bool:
    """Whether a lock was not to be had in time; also inside what SQLAlchemy makes of it."""
    return _innermost(problem) == _LOCK_NOT_AVAILABLE


def is_deadlock(problem: BaseException) -> bool:
    """Whether it waited for somebody who waited for it; also inside what SQLAlchemy makes of it."""
    return _innermost(problem) == _DEADLOCK


def is_disk_full(problem: BaseException) -> bool:
    """Whether PostgreSQL could not write for want of space: the same succeeds once there is some."""
    return isinstance(problem, PostgresError) and _sqlstate(problem) == _DISK_FULL


def is_open_rule(problem: BaseException) -> bool:
    """Whether the database found that a planned batch does not fit what can still execute (migrations, 08_payouts).

    Or what has left the treasury meanwhile (31_outflows): the next plan is refused in words.
    """
    return isinstance(problem, PostgresError) and _sqlstate(problem) in _OPEN_RULE


def _innermost(problem: BaseException) -> str:
    while problem.__cause__ is not None and not isinstance(problem, PostgresError):
        problem = problem.__cause__
    return _sqlstate(problem) if isinstance(problem, PostgresError) else ""


def _sqlstate(problem: PostgresError) -> str:
    return getattr(problem, "sqlstate", None) or ""
