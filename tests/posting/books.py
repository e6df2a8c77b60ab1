"""Programs, upline trees and final logs without a chain: what the posting of random payments is driven with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from app.chain.authorization import intent_chain_id, key_hash, program_word
from app.chain.logs import LogPlace, Settled, TokenTransfer
from app.domain.ids import new_id
from app.domain.postings import MovementDirection
from app.domain.states import AffiliateStatus
from app.domain.terms import TermsText
from app.services.affiliates.change_affiliates import SetAffiliateStatus, set_affiliate_status
from app.services.audit import audit_event
from app.services.execute import execute
from app.services.findings.transaction_findings import FoundItem, SettledItem, TreasuryTransfer
from app.services.programs.terms import SetTerms, set_terms
from app.services.settlement.post_transaction import FinalWork, post_transaction
from app.store.chain import consumption, watching
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.chain.watching import WatchLease
from app.store.database import Database, UnitOfWork
from tests.invariants import violations
from tests.services.world import (
    CHAIN_ID,
    GATEWAY,
    START,
    TOKEN,
    World,
    key_of,
    wallet,
)

_ACCEPT = "SELECT count(*) FROM sge_accept_intents($1, $2, 'test', $3) WHERE created"
_BALANCES = """
SELECT kind, owner_id, credits - debits AS balance FROM account WHERE program_id = $1 AND credits <> debits
"""
_REWIND = "UPDATE consumed_through SET block_number = $2 WHERE program_id = $1"
NUMBERS = count(1)
# Far from every lease of an earlier example.
_AGE = timedelta(days=1)


@dataclass
class Asked:
    """An accepted intent."""

    key: str
    wallet: str
    amount: int
    registration: bool


@dataclass
class Books:
    """One program in a database that several examples share. admin: sees and does everything."""

    runner: asyncio.Runner
    world: World
    worker: Database
    admin: Database
    now: datetime = START
    block: int = 7
    program: WatchedProgram = field(init=False)
    lease: WatchLease = field(init=False)

    def open(self, terms: TermsText) -> None:
        """A new program under these terms, and the lease of its chain."""
        self.now = self.world.now = START + _AGE * next(NUMBERS)
        self.runner.run(self._open(terms))

    def affiliate(self, parent: int | None, codes: dict[int, str]) -> int:
        """A new affiliate's key; codes: referral code by key."""
        code = f"CODE-{next(NUMBERS)}"
        parent_code = None if parent is None else codes[parent]
        made = self.runner.run(self.world.affiliate(self.program.id, code, parent_code))
        codes[made.affiliate_id] = code
        return made.affiliate_id

    def set_status(self, affiliate: int, status: AffiliateStatus) -> None:
        self.runner.run(self._set_status(affiliate, status))

    def set_terms(self, terms: TermsText) -> int:
        """The new version."""
        command = SetTerms(self.program.id, terms, f"terms {next(NUMBERS)}")
        result = self.runner.run(
            self.world.run(self.program.id, set_terms, key_of(self.program.id), command)
        )
        return result.version

    def accept(
        self, address: str, amount: int, version: int, *, registration: bool, referrer: int | None
    ) -> Asked:
        """An accepted intent of that wallet, under that version of the terms."""
        asked = Asked(f"intent {next(NUMBERS)}", address, amount, registration)
        self.runner.run(self._accept(asked, version, referrer))
        return asked

    def settled_item(self, asked: Asked, index: int) -> SettledItem:
        """What the gateway and the token log for it; index: of the first of its logs."""
        log = Settled(
            place=self._place(index + 1),
            intent_id=self.on_chain_id(asked),
            program=program_word(self.program.public_id),
            treasury=self.program.treasury,
            wallet=asked.wallet.lower(),
            token=TOKEN.lower() if asked.amount else "0x" + "0" * 40,
            amount=asked.amount,
            token_id=index + 1 if asked.registration else 0,
        )
        if not asked.amount:
            return SettledItem(log, None)
        forward = TokenTransfer(
            self._place(index), TOKEN.lower(), GATEWAY.lower(), self.program.treasury, asked.amount
        )
        return SettledItem(log, forward)

    def stray(self, amount: int, index: int, direction: MovementDirection) -> TreasuryTransfer:
        """Money that nothing explains."""
        stranger = "0x" + "99" * 20
        ends = (stranger, self.program.treasury)
        sender, recipient = ends if direction is MovementDirection.IN else ends[::-1]
        place = self._place(index)
        return TreasuryTransfer(
            TokenTransfer(place, TOKEN.lower(), sender, recipient, amount), direction
        )

    def post(self, items: Sequence[FoundItem], *, completes_block: bool = True) -> bool:
        """Posts them as one final transaction of the current block."""
        work = self.final_work(items, completes_block=completes_block)
        return self.runner.run(self._post(work))

    def final_work(self, items: Sequence[FoundItem], *, completes_block: bool = True) -> FinalWork:
        """They are one final transaction of the current block."""
        return FinalWork(
            program=self.program,
            place=SettlementPlace(
                CHAIN_ID, None, self.block.to_bytes(32), self.block, self._block_hash()
            ),
            block_at=self.now,
            items=items,
            completes_block=completes_block,
        )

    def rewind(self) -> None:
        """As if the last block had not been noted as complete."""
        self.runner.run(self._run(_REWIND, self.program.id, self.block - 1))

    def balances(self) -> dict[tuple[str, int], int]:
        """Credits less debits by kind and owner, those at zero left out."""
        rows = self.runner.run(self.fetch(_BALANCES, self.program.id))
        return {(row["kind"], row["owner_id"]): row["balance"] for row in rows}

    def user_of(self, address: str) -> int:
        """The key of the user with that wallet."""
        query = "SELECT id FROM program_user WHERE program_id = $1 AND wallet = $2"
        [row] = self.runner.run(self.fetch(query, self.program.id, address))
        user: int = row["id"]
        return user

    def violations(self) -> list[str]:
        return self.runner.run(self._violations())

    async def _open(self, terms: TermsText) -> None:
        made = await self.world.program(treasury=wallet(), terms=terms, test=True)
        take = partial(
            watching.take_lease,
            chain_id=CHAIN_ID,
            holder="the model",
            at=self.now,
            until=self.now + timedelta(hours=1),
        )
        lease = await execute(self.worker, self.world.bells, None, take)
        assert lease is not None
        self.lease = lease
        async with self.worker.read(None) as session:
            programs = await consumption.watched_programs(session, CHAIN_ID)
        [self.program] = [one for one in programs if one.id == made.program_id]

    async def _set_status(self, affiliate: int, status: AffiliateStatus) -> None:
        query = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"
        [row] = await self.fetch(query, self.program.id, affiliate)
        command = SetAffiliateStatus(row["public_id"], status, "a test")
        await self.world.run(
            self.program.id, set_affiliate_status, key_of(self.program.id), command
        )

    async def _accept(self, asked: Asked, version: int, referrer: int | None) -> None:
        row: dict[str, Any] = {
            "n": 0,
            "id": str(new_id()),
            "kind": "REGISTRATION" if asked.registration else "PAYMENT",
            "key": asked.key,
            "hash": "00",
            "on_chain_id": self.on_chain_id(asked).hex(),
            "chain_id": CHAIN_ID,
            "wallet": asked.wallet,
            "user_id": str(new_id()),
            "payload": {},
            "terms_version": version,
            "referrer": referrer,
        }
        if asked.amount:
            row |= {"amount": asked.amount, "currency": "USDC", "signature": "00"}
            row |= {"nonce": "00" * 32, "valid_after": 0, "valid_before": 2**40}
            row |= {"contract_wallet": False}

        async def accept(unit: UnitOfWork) -> None:
            assert await unit.connection.fetchval(_ACCEPT, self.program.id, [row], self.now) == 1
            unit.record(audit_event([UUID(row["id"])], self.now))

        await execute(self.admin, self.world.bells, self.program.id, accept)

    async def _post(self, work: FinalWork) -> bool:
        post = partial(post_transaction, lease=self.lease, work=work, at=self.now)
        return await execute(self.worker, self.world.bells, work.program.id, post)

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        async with self.admin.pool.acquire() as connection:
            return list(await connection.fetch(query, *args))

    async def _run(self, query: str, *args: Any) -> None:
        async with self.admin.pool.acquire() as connection:
            await connection.execute(query, *args)

    async def _violations(self) -> list[str]:
        async with self.admin.pool.acquire() as connection:
            return await violations(connection)

    def on_chain_id(self, asked: Asked) -> bytes:
        return intent_chain_id(program_word(self.program.public_id), key_hash(asked.key))

    def _block_hash(self) -> bytes:
        return self.program.id.to_bytes(16) + self.block.to_bytes(16)

    def _place(self, index: int) -> LogPlace:
        return LogPlace(self.block, self._block_hash(), self.block.to_bytes(32), 0, index)
