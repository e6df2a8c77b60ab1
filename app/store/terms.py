"""Versions of terms: only ever added."""

from datetime import datetime
from typing import Any

from app.domain.money import Money
from app.domain.terms import Terms
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = """
version, effective_from, registration_fee_amount, registration_fee_currency,
minimum_payment_amount, minimum_payment_currency, maximum_payment_amount, maximum_payment_currency,
platform_fee_bps, commission_levels_bps, registration_earns_commission, holding_period_days,
minimum_payout_amount, minimum_payout_currency
"""
_INSERT = f"""
INSERT INTO terms (program_id, {_COLUMNS}, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""
# What was set later rules when two versions begin at one instant.
_IN_FORCE = f"""
SELECT {_COLUMNS} FROM terms WHERE program_id = $1 AND effective_from <= $2
 ORDER BY effective_from DESC, version DESC LIMIT 1
"""
_BY_VERSION = f"SELECT {_COLUMNS} FROM terms WHERE program_id = $1 AND version = $2"
_NEWEST = "SELECT coalesce(max(version), 0) FROM terms WHERE program_id = $1"


async def insert_terms(unit: UnitOfWork, terms: Terms, created_by: str, at: datetime) -> None:
    """Adds a version; the caller holds the program's rules, so versions have no gap."""
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        terms.version,
        terms.effective_from,
        *_pair(terms.registration_fee),
        *_pair(terms.minimum_payment),
        *_pair(terms.maximum_payment),
        terms.platform_fee_bps,
        list(terms.commission_levels_bps),
        terms.registration_earns_commission,
        terms.holding_period_days,
        *_pair(terms.minimum_payout),
        created_by,
        at,
    )


async def newest_version(unit: UnitOfWork) -> int:
    """0 before the first."""
    version: int = await unit.connection.fetchval(_NEWEST, unit.program_id)
    return version


async def terms_in_force(
    session: UnitOfWork | ReadSession, program_id: int, at: datetime
) -> Terms | None:
    """What applies at an instant of program time."""
    row = await session.connection.fetchrow(_IN_FORCE, program_id, at)
    return None if row is None else terms_of(row)


async def terms_version(
    session: UnitOfWork | ReadSession, program_id: int, version: int
) -> Terms | None:
    row = await session.connection.fetchrow(_BY_VERSION, program_id, version)
    return None if row is None else terms_of(row)


def terms_of(row: Any) -> Terms:
    """A row of `terms` as a value."""
    return Terms(
        registration_fee=_money(row, "registration_fee"),
        minimum_payment=_money(row, "minimum_payment"),
        maximum_payment=_money(row, "maximum_payment"),
        platform_fee_bps=row["platform_fee_bps"],
        commission_levels_bps=tuple(row["commission_levels_bps"]),
        registration_earns_commission=row["registration_earns_commission"],
        holding_period_days=row["holding_period_days"],
        minimum_payout=_money(row, "minimum_payout"),
        version=row["version"],
        effective_from=row["effective_from"],
    )


def _pair(money: Money | None) -> tuple[int | None, str | None]:
    return (None, None) if money is None else (money.units, money.currency)


def _money(row: Any, name: str) -> Money | None:
    units = row[f"{name}_amount"]
    return None if units is None else Money(units, row[f"{name}_currency"])
