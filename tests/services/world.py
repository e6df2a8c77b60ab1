"""What service tests start from; everything is made by the services themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from app.auth.api_keys import KeyHasher
from app.chain.address import checksum_address
from app.domain.amounts import AmountText
from app.domain.chains import ChainFacts
from app.domain.money import Currency
from app.domain.permissions import ApiScope, Authority
from app.domain.terms import TermsText
from app.domain.treasury import SafeReading, TreasuryReading
from app.services.affiliates.register_affiliate import (
    AffiliateResult,
    RegisterAffiliate,
    register_affiliate,
)
from app.services.execute import execute
from app.services.programs.create_program import ProgramResult, create_program
from app.services.programs.new_program import CreateProgram, check_new_program
from app.store.database import Database, UnitOfWork
from app.store.new_programs import allocate_program_id

T = TypeVar("T")

CHAIN_ID = 31337
TOKEN = checksum_address(b"\x70" * 20)
GATEWAY = checksum_address(b"\x6a" * 20)
USDC = Currency("USDC", 6, TOKEN, CHAIN_ID, "USD Coin", "2")
EURC = Currency("EURC", 2, checksum_address(b"\x71" * 20), CHAIN_ID, "EURC", "1")
TEST_CHAIN = ChainFacts(CHAIN_ID, GATEWAY, {"USDC": USDC, "EURC": EURC}, 2, production=False)
REAL_CHAIN = ChainFacts(1, GATEWAY, {"USDC": USDC}, None, production=True)
FACTS = {CHAIN_ID: TEST_CHAIN, 1: REAL_CHAIN}
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TERMS = TermsText(
    commission_levels_bps=(1000, 500, 200),
    minimum_payment=AmountText("1", "USDC"),
    maximum_payment=AmountText("1000", "USDC"),
    platform_fee_bps=100,
)
OWNER = checksum_address(b"\x11" * 20)
PLATFORM = Authority(0, None, UUID(int=1), "api_key:sge_platform", frozenset({ApiScope.PLATFORM}))

_NUMBERS = count(1)


def wallet() -> str:
    """An address that no other call gives."""
    return checksum_address(next(_NUMBERS).to_bytes(20))


def treasury_reading(**balances: int) -> TreasuryReading:
    """A 2-of-3 Safe read at block 7."""
    safe = SafeReading((wallet(), wallet(), wallet()), 2, 0, "1.4.1")
    block_hash = next(_NUMBERS).to_bytes(32)
    return TreasuryReading(safe, {"USDC": 0, "EURC": 0} | balances, 7, block_hash)


def program_command(**changed: Any) -> CreateProgram:
    number = next(_NUMBERS)
    facts: dict[str, Any] = {
        "slug": f"program-{number}",
        "name": f"Program {number}",
        "treasury": wallet(),
        "chain_id": CHAIN_ID,
        "currencies": ("USDC",),
        "terms": TERMS,
        "admin_wallets": (OWNER,),
    }
    return CreateProgram(**(facts | changed))


@dataclass
class RecordingBells:
    """Real bells ring in Redis; tests only want to know that they rang."""

    rang: int = 0
    jobs_rung: list[str] = field(default_factory=list)

    async def events(self) -> None:
        self.rang += 1

    async def jobs(self, names: frozenset[str]) -> None:
        self.jobs_rung.extend(sorted(names))


@dataclass
class World:
    """Runs use cases as sge_api."""

    api: Database
    bells: RecordingBells = field(default_factory=RecordingBells)
    now: datetime = START
    hasher: KeyHasher = field(default_factory=lambda: KeyHasher("a secret of a test, long enough"))

    async def run(
        self, program_id: int | None, use_case: Callable[..., Awaitable[T]], *args: Any
    ) -> T:
        """The use case with (unit, *args, now)."""

        async def call(unit: UnitOfWork) -> T:
            return await use_case(unit, *args, self.now)

        return await execute(self.api, self.bells, program_id, call)

    async def program(
        self, reading: TreasuryReading | None = None, **changed: Any
    ) -> ProgramResult:
        """A new program."""
        new = check_new_program(program_command(**changed), FACTS)
        program_id = await execute(self.api, self.bells, None, allocate_program_id)
        create = partial(create_program, authority=PLATFORM, new=new)
        return await execute(
            self.api,
            self.bells,
            program_id,
            partial(create, reading=reading or treasury_reading(), now=self.now),
        )

    async def affiliate(
        self,
        program_id: int,
        code: str,
        parent: str | None = None,
        address: str | None = None,
    ) -> AffiliateResult:
        """A new affiliate with that referral code."""
        command = RegisterAffiliate(program_id, address or wallet(), parent, code)
        return await self.run(program_id, register_affiliate, key_of(program_id), command)

    async def fetch(self, program_id: int, query: str, *args: Any) -> list[Any]:
        """Rows as the program's own credential sees them."""
        async with self.api.read(program_id) as session:
            return await session.connection.fetch(query, *args)


def key_of(program_id: int) -> Authority:
    """A key of all scopes of the program."""
    scopes = frozenset(ApiScope) - {ApiScope.PLATFORM}
    return Authority(program_id, UUID(int=program_id), UUID(int=2), "api_key:sge_test", scopes)
