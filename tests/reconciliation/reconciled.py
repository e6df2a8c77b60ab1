"""Runs of the reconciliation over books without a chain, and the hands of a superuser."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from app.domain.reconciliation import RunStatus
from app.domain.terms import TermsText
from app.processes.reconciliation.checks import DATABASE_CHECKS, Checks
from app.processes.reconciliation.parts import Reconciling
from app.processes.reconciliation.reconcile import reconcile_one
from app.services.execute import execute
from app.services.reconciliation.ask import ask_for_run
from app.services.reconciliation.carry_out import take_run
from tests.posting.books import Asked
from tests.posting.changing_books import ChangingBooks
from tests.services.world import wallet
from tests.storage.following import roll_up_and_seal

TERMS = TermsText(
    commission_levels_bps=(1000, 500, 200), platform_fee_bps=100, holding_period_days=30
)
_FOUND = """
SELECT d.kind, d.reference, d.severity FROM reconciliation_finding f
  JOIN discrepancy d ON d.program_id = f.program_id AND d.id = f.discrepancy_id
 WHERE f.run_id = $1 ORDER BY d.kind, d.reference
"""
GUARDED = (
    *(
        "account",
        "account_snapshot",
        "affiliate",
        "audit",
        "commission",
        "intent",
        "journal",
        "movement",
    ),
    *("program_user", "seal", "settlement", "transfer"),
)
Found = list[tuple[str, str]]


@dataclass
class Reconciled:
    """Books, and runs over them. Several programs share the database."""

    books: ChangingBooks
    run_id: UUID | None = None

    @property
    def program(self) -> int:
        return self.books.program.id

    def open(self) -> None:
        """A program with three affiliates below each other and a user below them, who has paid twice; one payment is
        reversed in part, and what that left is payable. Everything is rolled up and sealed.
        """
        books = self.books
        books.open(TERMS)
        self.line: list[int] = []
        self.codes: dict[int, str] = {}
        for _ in range(3):
            self.line.append(books.affiliate(self.line[-1] if self.line else None, self.codes))
        self.payer = wallet()
        self.settle(books.accept(self.payer, 0, 1, registration=True, referrer=self.line[-1]))
        self.paid = [self.pay(1_000_000), self.pay(2_000_003)]
        books.reverse(self.paid[0], 300_000)
        books.mature(31)
        self.follow()

    def pay(self, units: int) -> Asked:
        """A settled payment of the user's."""
        asked = self.books.accept(self.payer, units, 1, registration=False, referrer=None)
        self.settle(asked)
        return asked

    def settle(self, asked: Asked) -> None:
        self.books.block += 1
        assert self.books.post([self.books.settled_item(asked, 0)])

    def follow(self) -> None:
        self.books.runner.run(self._follow())

    def run(self, *, whole: bool = True) -> tuple[RunStatus | None, Found]:
        """How a run ended, and what it came upon."""
        return self.books.runner.run(self.look(whole=whole))

    def found(self, *, whole: bool = True) -> Found:
        status, found = self.run(whole=whole)
        assert status is (RunStatus.DISCREPANCIES if found else RunStatus.CLEAN), self.failure()
        return found

    def plant(self, statement: str, *args: Any) -> Any:
        """As a superuser who takes the guards away. $1: the program; the first row that it returns."""
        return self.books.runner.run(self._plant(statement, *args))

    def fetch(self, query: str, *args: Any) -> list[Any]:
        return self.books.runner.run(self.books.fetch(query, *args))

    def failure(self) -> str | None:
        row = self.fetch("SELECT failure FROM reconciliation_run WHERE id = $1", self.run_id)
        failure: str | None = row[0]["failure"]
        return failure

    def parts(self, holder: str = "a test", checks: Checks | None = None) -> Reconciling:
        return Reconciling(
            self.books.worker,
            self.books.world.bells,
            {},
            lambda: self.books.now,
            holder,
            checks=checks or Checks(DATABASE_CHECKS),
        )

    async def ask(self, *, whole: bool = True) -> UUID:
        books = self.books
        ask = partial(ask_for_run, by="a test", now=books.now, whole=whole)
        return await execute(books.worker, books.world.bells, self.program, ask)

    async def look(self, *, whole: bool = True) -> tuple[RunStatus | None, Found]:
        self.run_id = await self.ask(whole=whole)
        status = await reconcile_one(self.parts(), run_id=self.run_id)
        rows = await self.books.fetch(_FOUND, self.run_id)
        return status, [(row["kind"], row["reference"]) for row in rows]

    async def _follow(self) -> None:
        await roll_up_and_seal(self.books.worker, lambda: self.books.now)

    async def _plant(self, statement: str, *args: Any) -> Any:
        async with self.books.admin.pool.acquire() as connection, connection.transaction():
            await _unguard(connection)
            row = await connection.fetchrow(statement, self.program, *args)
            await _guard(connection)
            return row


async def _unguard(connection: Any) -> None:
    for table in GUARDED:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


async def _guard(connection: Any) -> None:
    for table in GUARDED:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        guards = (
            "SELECT tgname FROM pg_trigger WHERE tgrelid = $1::text::regclass AND NOT tgisinternal"
        )
        for guard in await connection.fetch(guards, table):
            name = guard["tgname"]
            await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


async def take(lived: Reconciled, holder: str = "dead") -> Any:
    """Its run, for a worker that does nothing with it."""
    books = lived.books
    work = partial(take_run, holder=holder, now=books.now, run_id=lived.run_id)
    return await execute(books.worker, books.world.bells, None, work)
