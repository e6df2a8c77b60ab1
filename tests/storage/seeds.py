"""Rows that storage tests start from, written by the owner."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    DEPOSIT,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
CHAIN = 31337

_PROGRAM = """
INSERT INTO program (public_id, slug, name, chain_id, test, open_registration, allow_self_approval,
                     wallet_cool_down_hours, maximum_tree_depth, request_hash, created_at)
VALUES ($1, $2, $2, 31337, false, true, false, 72, 32, '', $3) RETURNING id
"""
_CURRENCY = """
INSERT INTO program_currency (program_id, code, position, decimals, chain_id, token, eip712_name, eip712_version)
VALUES ($1, $2, $3, 6, 31337, $4, $2, '1')
"""
_TERMS = """
INSERT INTO terms (program_id, version, effective_from, platform_fee_bps, commission_levels_bps,
                   registration_earns_commission, holding_period_days, created_by, created_at)
VALUES ($1, 1, $2, 100, '{1000,500,200}', false, 30, 'test', $2)
"""
_AFFILIATE = """
INSERT INTO affiliate (program_id, public_id, parent_id, depth, path, wallet, referral_code, request_hash, created_at)
VALUES ($1, $2, $3, 0, '', $4, $5, '', $6) RETURNING id
"""
_USER = "INSERT INTO program_user (program_id, public_id, wallet, created_at) VALUES ($1, $2, $3, $4) RETURNING id"


def wallet(number: int) -> str:
    return f"0x{number:040x}"


@dataclass
class SeededProgram:
    """A program with the currencies EUR and USD, a chain of affiliates (root first), and users."""

    id: int
    affiliates: list[int] = field(default_factory=list)
    users: list[int] = field(default_factory=list)


async def add_program(
    owner: asyncpg.Connection, slug: str, *, affiliates: int = 3, users: int = 2
) -> SeededProgram:
    program = SeededProgram(await owner.fetchval(_PROGRAM, new_id(), slug, AT))
    for place, code in enumerate(("USD", "EUR")):
        await owner.execute(_CURRENCY, program.id, code, place, wallet(program.id * 1000 + place))
    await owner.execute(_TERMS, program.id, AT)
    parent = None
    for number in range(affiliates):
        parent = await add_affiliate(owner, program, parent, number)
    for number in range(users):
        program.users.append(
            await owner.fetchval(_USER, program.id, new_id(), wallet(10_000 + number), AT)
        )
    return program


async def add_affiliate(
    owner: asyncpg.Connection, program: SeededProgram, parent: int | None, number: int
) -> int:
    added: int = await owner.fetchval(
        _AFFILIATE, program.id, new_id(), parent, wallet(20_000 + number), f"CODE{number}", AT
    )
    program.affiliates.append(added)
    return added


def user_account(owner_id: int) -> Account:
    return Account(AccountKind.USER, owner_id)


def affiliate_account(owner_id: int) -> Account:
    return Account(AccountKind.AFFILIATE, owner_id)


def money_in(amount: int, log_index: int, block: int = 10**6, currency: str = "USD") -> Movement:
    """A token Transfer into the treasury."""
    return Movement(
        chain_id=CHAIN,
        block_number=block,
        block_hash=block.to_bytes(32),
        log_index=log_index,
        direction=MovementDirection.IN,
        amount=Money(amount, currency),
        tx_hash=bytes(32),
    )


def deposit(
    program: SeededProgram, reference: str, amount: int, log_index: int, currency: str = "USD"
) -> Journal:
    """Money in the treasury, as a journal. Each program's logs are in a block of its own."""
    return Journal(
        new_id(),
        JournalKind.DEPOSIT,
        reference,
        AT,
        (Transfer("deposit", Money(amount, currency), DEPOSIT, PROGRAM),),
        (money_in(amount, log_index, program.id, currency),),
    )


def payment(
    program: SeededProgram,
    reference: str,
    amount: int,
    log_index: int,
    *,
    user: int = 0,
    levels: tuple[int, ...] = (1000, 500, 200),
    currency: str = "USD",
) -> Journal:
    """A payment with a fee of 1 % and commissions to the program's chain of affiliates, nearest first."""
    earners = zip(levels, reversed(program.affiliates), strict=False)
    shares = [(affiliate, amount * rate // 10_000) for rate, affiliate in earners]
    return Journal(
        new_id(),
        JournalKind.SETTLEMENT,
        reference,
        AT,
        (
            Transfer(
                "payment", Money(amount, currency), user_account(program.users[user]), PROGRAM
            ),
            *(
                Transfer(
                    "commission", Money(share, currency), PROGRAM, affiliate_account(affiliate)
                )
                for affiliate, share in shares
                if share
            ),
        ),
        (money_in(amount, log_index, program.id, currency),),
    )
