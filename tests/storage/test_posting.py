"""The posting function: what it writes, and what it refuses."""

import asyncio
from random import Random

import asyncpg
import pytest

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    DEPOSIT,
    PAID_OUT,
    PLATFORM,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.seeds import (
    AT,
    SeededProgram,
    affiliate_account,
    deposit,
    money_in,
    payment,
    user_account,
)

_BALANCES = """
SELECT kind, owner_id, currency, debits, credits FROM account WHERE program_id = $1 ORDER BY kind, owner_id, currency
"""


def journal(*transfers: Transfer, movements: tuple[Movement, ...] = (), **more: object) -> Journal:
    facts = {"kind": JournalKind.ADJUSTMENT, "reference": str(new_id())} | more
    return Journal(
        public_id=new_id(),
        effective_at=AT,
        transfers=transfers,
        movements=movements,
        **facts,  # type: ignore[arg-type]
    )


def transfer(amount: int, debit: Account, credit: Account, currency: str = "USD") -> Transfer:
    return Transfer("test", Money(amount, currency), debit, credit)


async def post_one(pool: Pool, program: SeededProgram, *journals: Journal) -> list[int]:
    async with pool.write(program.id) as unit:
        return await post(unit, program.id, journals, AT)


async def balances(pool: Pool, program: SeededProgram) -> dict[str, int]:
    async with pool.read(program.id) as session:
        rows = await session.connection.fetch(_BALANCES, program.id)
    return {
        f"{row['kind']}/{row['owner_id']}/{row['currency']}": row["credits"] - row["debits"]
        for row in rows
    }


async def test_a_payment_is_one_journal(worker: Pool, program: SeededProgram) -> None:
    await post_one(worker, program, payment(program, "intent-1", 1_000_000, 0))
    user, (root, middle, leaf) = program.users[0], program.affiliates
    assert await balances(worker, program) == {
        f"USER/{user}/USD": -1_000_000,
        "PROGRAM/0/USD": 830_000,
        f"AFFILIATE/{leaf}/USD": 100_000,
        f"AFFILIATE/{middle}/USD": 50_000,
        f"AFFILIATE/{root}/USD": 20_000,
    }


async def test_one_call_posts_many_and_names_them_in_order(
    worker: Pool, program: SeededProgram
) -> None:
    ids = await post_one(
        worker, program, *(payment(program, f"intent-{n}", 100, n) for n in range(50))
    )
    assert ids == sorted(ids)
    async with worker.read(program.id) as session:
        rows = await session.connection.fetch(
            "SELECT id, reference FROM journal WHERE program_id = $1 ORDER BY id", program.id
        )
        event = await session.connection.fetchrow(
            "SELECT name, data FROM event_outbox WHERE program_id = $1", program.id
        )
    assert [(row["id"], row["reference"]) for row in rows] == [
        (id_, f"intent-{n}") for n, id_ in enumerate(ids)
    ]
    assert event is not None
    assert event["name"] == "ledger.posted"
    assert event["data"]["internal"]["journals"] == ids


async def test_the_largest_amount_fits(worker: Pool, program: SeededProgram) -> None:
    await post_one(worker, program, deposit(program, "all", 10**78 - 1, -1))
    assert (await balances(worker, program))["PROGRAM/0/USD"] == 10**78 - 1


REFUSED = {
    "zero": (journal(transfer(0, PROGRAM, PLATFORM)), "23514"),
    "negative": (journal(transfer(-5, PROGRAM, PLATFORM)), "23514"),
    "to itself": (journal(transfer(5, PROGRAM, PROGRAM)), "23514"),
    "unknown currency": (journal(transfer(5, PROGRAM, PLATFORM, "GBP")), "23503"),
    "no transfers": (journal(), "SG010"),
    "an affiliate that is not there": (
        journal(transfer(5, PROGRAM, affiliate_account(999_999))),
        "SG011",
    ),
    "a user that is not there": (
        journal(transfer(5, user_account(999_999), PROGRAM), movements=(money_in(5, 0),)),
        "SG011",
    ),
    "an owner for an account that has none": (
        journal(transfer(5, PROGRAM, Account(AccountKind.PLATFORM, 999_999))),
        "SG011",
    ),
    "no owner for an account that has one": (
        journal(transfer(5, PROGRAM, Account(AccountKind.AFFILIATE))),
        "23514",
    ),
    "money in without a movement": (journal(transfer(5, DEPOSIT, PROGRAM)), "SG013"),
    "money out without a movement": (journal(transfer(5, PROGRAM, PAID_OUT)), "SG013"),
    "a movement without money": (
        journal(transfer(5, PROGRAM, PLATFORM), movements=(money_in(5, 0),)),
        "SG013",
    ),
    "a movement of another amount": (
        journal(transfer(5, DEPOSIT, PROGRAM), movements=(money_in(6, 0),)),
        "SG013",
    ),
    "a movement of another currency": (
        journal(transfer(5, DEPOSIT, PROGRAM), movements=(money_in(5, 0, currency="EUR"),)),
        "SG013",
    ),
    "a movement of the other direction": (
        journal(
            transfer(5, DEPOSIT, PROGRAM),
            movements=(Movement(1, 1, bytes(32), 0, MovementDirection.OUT, Money(5, "USD")),),
        ),
        "SG013",
    ),
    "an undone movement for new money": (
        journal(
            transfer(5, DEPOSIT, PROGRAM),
            movements=(
                Movement(1, 1, bytes(32), 0, MovementDirection.IN, Money(5, "USD"), undone=True),
            ),
        ),
        "SG013",
    ),
    "a reversed journal that is not there": (
        journal(transfer(5, PROGRAM, PLATFORM), reverses=999_999),
        "23503",
    ),
    "a refund nobody is owed": (
        journal(
            transfer(5, Account(AccountKind.PAYOUT_IN_FLIGHT), PROGRAM),
        ),
        "23514",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_and_nothing_written(case: str, worker: Pool, program: SeededProgram) -> None:
    bad, code = REFUSED[case]
    with pytest.raises(asyncpg.PostgresError) as refused:
        await post_one(worker, program, payment(program, "good", 100, 7), bad)
    assert refused.value.sqlstate == code
    async with worker.read(program.id) as session:
        for table in ("account", "journal", "transfer", "movement", "event_outbox"):
            assert not await session.connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {table} WHERE program_id = $1)", program.id
            )


async def test_nothing_is_posted_twice(worker: Pool, program: SeededProgram) -> None:
    await post_one(worker, program, payment(program, "intent-1", 100, 0))
    before = await balances(worker, program)
    for again in (payment(program, "intent-1", 100, 1), payment(program, "intent-2", 100, 0)):
        with pytest.raises(asyncpg.UniqueViolationError):
            await post_one(worker, program, again)
    assert await balances(worker, program) == before


async def test_a_log_belongs_to_one_program(
    worker: Pool, program: SeededProgram, other_program: SeededProgram
) -> None:
    await post_one(worker, program, deposit(program, "one", 100, 3))
    with pytest.raises(asyncpg.UniqueViolationError):
        await post_one(worker, other_program, deposit(program, "one", 100, 3))
    # Opening balances have no log: each program has its own at one block.
    await post_one(worker, program, deposit(program, "opening", 100, -1))
    await post_one(worker, other_program, deposit(other_program, "opening", 100, -1))


async def test_a_mirror_claims_the_vanished_log_again(worker: Pool, program: SeededProgram) -> None:
    (first,) = await post_one(worker, program, deposit(program, "one", 100, 3))
    undone = Movement(
        31337, 1, (1).to_bytes(32), 3, MovementDirection.IN, Money(100, "USD"), undone=True
    )
    mirror = journal(
        transfer(100, PROGRAM, DEPOSIT),
        movements=(undone,),
        kind=JournalKind.REVERSAL,
        reverses=first,
    )
    await post_one(worker, program, mirror)
    assert set((await balances(worker, program)).values()) == {0}
    with pytest.raises(asyncpg.UniqueViolationError):
        await post_one(
            worker, program, journal(transfer(100, PROGRAM, DEPOSIT), movements=(undone,))
        )


async def test_a_foreign_owner_is_refused(
    worker: Pool, program: SeededProgram, other_program: SeededProgram
) -> None:
    foreign = journal(transfer(5, PROGRAM, affiliate_account(other_program.affiliates[0])))
    with pytest.raises(asyncpg.PostgresError) as refused:
        await post_one(worker, program, foreign)
    assert refused.value.sqlstate == "SG011"


async def test_the_api_posts_for_its_own_program_only(
    api: Pool, program: SeededProgram, other_program: SeededProgram
) -> None:
    async with api.write(program.id) as unit:
        await post(unit, program.id, [deposit(program, "own", 100, -1)], AT, role="api")
    for setting in (program.id, None):
        with pytest.raises(asyncpg.PostgresError) as refused:
            async with api.write(setting) as unit:
                await post(
                    unit,
                    other_program.id,
                    [deposit(other_program, "foreign", 100, 1)],
                    AT,
                    role="api",
                )
        assert refused.value.sqlstate == "SG014"


async def test_concurrent_postings_on_new_accounts_agree(
    worker: Pool, program: SeededProgram
) -> None:
    async def one(number: int) -> None:
        await post_one(
            worker,
            program,
            *(payment(program, f"intent-{number}-{n}", 1000, number * 10 + n) for n in range(5)),
        )

    await asyncio.gather(*(one(number) for number in range(30)))
    totals = await balances(worker, program)
    assert totals["PROGRAM/0/USD"] == 150 * 830
    assert sum(totals.values()) == 0
    assert len(totals) == 5


async def test_postings_in_any_order_never_wait_in_a_circle(
    worker: Pool, program: SeededProgram
) -> None:
    """Each call names new and old accounts in an order of its own; a deadlock would be an error here."""
    random = Random(7)

    async def one(number: int) -> None:
        lines = [
            transfer(1, PROGRAM, affiliate_account(affiliate), currency)
            for affiliate in program.affiliates
            for currency in ("USD", "EUR")
        ] + [transfer(1, PROGRAM, PLATFORM, currency) for currency in ("USD", "EUR")]
        random.shuffle(lines)
        await post_one(
            worker,
            program,
            *(journal(line, reference=f"{number}-{n}") for n, line in enumerate(lines)),
        )

    await asyncio.gather(*(one(number) for number in range(40)))
    totals = await balances(worker, program)
    assert totals["PLATFORM/0/EUR"] == 40
    assert totals["PROGRAM/0/USD"] == -40 * 4
