"""Creates a program around a treasury that was just read: one transaction, opening balance included."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.permissions import Authority
from app.domain.postings import (
    DEPOSIT,
    PROGRAM,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from app.domain.settlement_postings import movement_reference
from app.domain.treasury import TreasuryReading
from app.services.audit import AuditEntry, write_audit
from app.services.programs.new_program import NewProgram
from app.services.programs.terms import terms_as_json, version_of
from app.store import new_programs as store
from app.store.database import UnitOfWork
from app.store.ledger import posting as ledger
from app.store.programs import read_program
from app.store.terms import insert_terms


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """The program that a use case made or changed."""

    program_id: int
    public_id: UUID


class SlugTaken(Exception):
    """Another program has the slug: perhaps the same request, a moment earlier."""


async def create_program(
    unit: UnitOfWork,
    authority: Authority,
    new: NewProgram,
    reading: TreasuryReading,
    now: datetime,
) -> ProgramResult:
    """Stores the program under the unit's own, freshly allocated id.

    Raises SlugTaken; refuses TREASURY_TAKEN.
    """
    assert unit.program_id is not None
    row = _program_row(unit.program_id, new, now)
    if not await store.insert_program(unit, row):
        raise SlugTaken
    await _store_treasury(unit, new, reading, now)
    await store.insert_admins(unit, sorted(set(new.command.admin_wallets)), authority.actor, now)
    await insert_terms(unit, version_of(new.terms, 1, now), authority.actor, now)
    await _post_opening_balance(unit, new, reading, now)
    await _tell(unit, authority, row, new, now)
    return ProgramResult(row.id, row.public_id)


async def existing_program(unit: UnitOfWork, request_hash: bytes) -> ProgramResult:
    """The program of that slug when every input was equal; refuses ALREADY_EXISTS otherwise."""
    assert unit.program_id is not None
    program = await read_program(unit, unit.program_id)
    if program is None or program.request_hash != request_hash:
        raise Refusal(RefusalCode.ALREADY_EXISTS, "Another program has this slug already.", "slug")
    return ProgramResult(program.id, program.public_id)


def _program_row(program_id: int, new: NewProgram, now: datetime) -> store.NewProgramRow:
    command = new.command
    return store.NewProgramRow(
        id=program_id,
        public_id=new_id(),
        slug=command.slug,
        name=command.name,
        chain_id=command.chain_id,
        test=command.test,
        open_registration=command.open_registration,
        allow_self_approval=command.allow_self_approval,
        wallet_cool_down_hours=command.wallet_cool_down_hours,
        maximum_tree_depth=command.maximum_tree_depth,
        request_hash=new.request_hash,
        created_at=now,
    )


async def _store_treasury(
    unit: UnitOfWork, new: NewProgram, reading: TreasuryReading, now: datetime
) -> None:
    chain_id, block = new.command.chain_id, reading.block_number
    if not await store.insert_treasury(
        unit, chain_id, new.command.treasury, reading.safe, watched_from_block=block, read_at=now
    ):
        raise Refusal(
            RefusalCode.TREASURY_TAKEN, "Another program has this treasury already.", "treasury"
        )
    balances = [reading.balances[currency.code] for currency in new.currencies]
    await store.insert_currencies(unit, chain_id, new.currencies, balances, now)
    await store.insert_consumed_through(unit, chain_id, block, reading.block_hash, now)


async def _post_opening_balance(
    unit: UnitOfWork, new: NewProgram, reading: TreasuryReading, now: datetime
) -> None:
    journals = [
        _opening_journal(new.command.chain_id, place, Money(units, currency.code), reading, now)
        for place, currency in enumerate(new.currencies)
        if (units := reading.balances[currency.code])
    ]
    if journals:
        assert unit.program_id is not None
        await ledger.post(unit, unit.program_id, journals, now, role="api")


def _opening_journal(
    chain_id: int, place: int, amount: Money, reading: TreasuryReading, now: datetime
) -> Journal:
    movement = Movement(
        chain_id=chain_id,
        block_number=reading.block_number,
        block_hash=reading.block_hash,
        log_index=-place - 1,
        direction=MovementDirection.IN,
        amount=amount,
    )
    return Journal(
        public_id=new_id(),
        kind=JournalKind.DEPOSIT,
        reference=movement_reference(movement),
        effective_at=now,
        transfers=(Transfer("opening_balance", amount, DEPOSIT, PROGRAM),),
        movements=(movement,),
        description="Opening balance of the treasury",
    )


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    row: store.NewProgramRow,
    new: NewProgram,
    now: datetime,
) -> None:
    facts = {
        "slug": row.slug,
        "name": row.name,
        "chainId": row.chain_id,
        "treasury": new.command.treasury,
        "test": row.test,
    }
    unit.record(
        NewEvent(
            EventType.PROGRAM, "program.created", str(row.public_id), 1, now, {"v": 1, **facts}
        )
    )
    after = {**facts, "terms": terms_as_json(version_of(new.terms, 1, now))}
    await write_audit(
        unit,
        AuditEntry(authority.actor, "program.created", str(row.public_id), now, after=after),
    )
