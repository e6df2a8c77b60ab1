"""Programs and what belongs to exactly one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money_or_none


@dataclass(frozen=True, slots=True)
class PauseRow:
    reason: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ProgramRow:
    key: int
    id: UUID
    slug: str
    name: str
    status: str
    pause: PauseRow | None
    chain_id: int
    test: bool
    clock_offset: timedelta
    open_registration: bool
    allow_self_approval: bool
    wallet_cool_down_hours: int
    maximum_tree_depth: int
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TreasuryRow:
    address: str
    owners: list[str]
    threshold: int
    nonce: int
    version: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    code: str
    decimals: int
    token: str
    chain_id: int
    eip712_name: str
    eip712_version: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    level: int
    rate_bps: int


@dataclass(frozen=True, slots=True)
class TermsRow:
    version: int
    effective_from: datetime
    registration_fee: MoneyRow | None
    minimum_payment: MoneyRow | None
    maximum_payment: MoneyRow | None
    platform_fee_bps: int
    commission_levels: list[LevelRow]
    registration_earns_commission: bool
    holding_period_days: int
    minimum_payout: MoneyRow | None


_BY_KEYS = "SELECT * FROM program WHERE id = ANY($1::bigint[])"
# Definer functions: a caller without a program of its own finds one by name, or lists all.
_FIND = """
SELECT sge_find_program(asked.id, asked.slug)
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS asked (id, slug, n) ORDER BY asked.n
"""
_ALL = "SELECT * FROM sge_list_programs($1, $2)"
_TREASURIES = "SELECT * FROM treasury WHERE program_id = ANY($1::bigint[])"
_CURRENCIES = """
SELECT * FROM program_currency WHERE program_id = ANY($1::bigint[]) ORDER BY program_id, position
"""
_TERMS = "SELECT * FROM terms WHERE program_id = ANY($1::bigint[]) ORDER BY program_id, version"


def program_row(record: asyncpg.Record) -> ProgramRow:
    """A row of the table program, as the API shows it."""
    paused = record["status"] == "PAUSED"
    pause = PauseRow(record["pause_reason"], record["paused_by"], record["paused_at"])
    return ProgramRow(
        key=record["id"],
        id=record["public_id"],
        slug=record["slug"],
        name=record["name"],
        status=record["status"],
        pause=pause if paused else None,
        chain_id=record["chain_id"],
        test=record["test"],
        clock_offset=record["clock_offset"],
        open_registration=record["open_registration"],
        allow_self_approval=record["allow_self_approval"],
        wallet_cool_down_hours=record["wallet_cool_down_hours"],
        maximum_tree_depth=record["maximum_tree_depth"],
        version=record["version"],
        created_at=record["created_at"],
    )


async def by_keys(session: ReadSession, keys: Sequence[int]) -> list[ProgramRow | None]:
    """Programs by their internal key; None where this snapshot's program is another."""
    found = {row["id"]: program_row(row) for row in await session.connection.fetch(_BY_KEYS, keys)}
    return [found.get(key) for key in keys]


async def find(
    session: ReadSession, names: Sequence[tuple[UUID | None, str | None]]
) -> list[int | None]:
    """The internal keys of programs of any tenant, each by its public id or its slug: the caller decides who may know."""
    ids, slugs = [id_ for id_, _ in names], [slug for _, slug in names]
    return [row[0] for row in await session.connection.fetch(_FIND, ids, slugs)]


async def page(session: ReadSession, after: int, limit: int) -> list[ProgramRow]:
    """Programs of all tenants, oldest first: for the platform only."""
    return [program_row(row) for row in await session.connection.fetch(_ALL, after, limit)]


async def treasuries(session: ReadSession, keys: Sequence[int]) -> list[TreasuryRow]:
    """The treasury of each program."""
    found = {
        row["program_id"]: TreasuryRow(
            address=row["address"],
            owners=row["owners"],
            threshold=row["threshold"],
            nonce=row["nonce"],
            version=row["safe_version"],
            read_at=row["read_at"],
        )
        for row in await session.connection.fetch(_TREASURIES, keys)
    }
    return [found[key] for key in keys]


async def currencies(session: ReadSession, keys: Sequence[int]) -> list[list[CurrencyRow]]:
    """The currencies of each program, the first one first."""
    found: dict[int, list[CurrencyRow]] = {key: [] for key in keys}
    for row in await session.connection.fetch(_CURRENCIES, keys):
        found[row["program_id"]].append(
            CurrencyRow(
                code=row["code"],
                decimals=row["decimals"],
                token=row["token"],
                chain_id=row["chain_id"],
                eip712_name=row["eip712_name"],
                eip712_version=row["eip712_version"],
            )
        )
    return [found[key] for key in keys]


async def terms_history(session: ReadSession, keys: Sequence[int]) -> list[list[TermsRow]]:
    """All versions of each program's terms, oldest first."""
    decimals = {
        key: {currency.code: currency.decimals for currency in of_program}
        for key, of_program in zip(keys, await currencies(session, keys), strict=True)
    }
    found: dict[int, list[TermsRow]] = {key: [] for key in keys}
    for row in await session.connection.fetch(_TERMS, keys):
        found[row["program_id"]].append(_terms(row, decimals[row["program_id"]]))
    return [found[key] for key in keys]


def terms_in_force(history: Sequence[TermsRow], at: datetime) -> TermsRow:
    """The newest version whose time has come; `at` is on the program's clock."""
    return max(
        (terms for terms in history if terms.effective_from <= at),
        key=lambda terms: (terms.effective_from, terms.version),
    )


def _terms(row: asyncpg.Record, decimals: Mapping[str, int]) -> TermsRow:
    def pair(name: str) -> MoneyRow | None:
        return money_or_none(row[f"{name}_amount"], row[f"{name}_currency"], decimals)

    return TermsRow(
        version=row["version"],
        effective_from=row["effective_from"],
        registration_fee=pair("registration_fee"),
        minimum_payment=pair("minimum_payment"),
        maximum_payment=pair("maximum_payment"),
        platform_fee_bps=row["platform_fee_bps"],
        commission_levels=[
            LevelRow(level, rate) for level, rate in enumerate(row["commission_levels_bps"], 1)
        ],
        registration_earns_commission=row["registration_earns_commission"],
        holding_period_days=row["holding_period_days"],
        minimum_payout=pair("minimum_payout"),
    )
