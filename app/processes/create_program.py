"""Creates a program: its treasury is read on the chain between two transactions."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from app.chain.node_errors import ChainError
from app.chain.safe import NotASafe, TreasuryReads, UnsupportedSafeVersion, read_treasury
from app.domain.chains import ChainFacts
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.treasury import TreasuryReading
from app.services.execute import Bells, execute
from app.services.programs.create_program import (
    ProgramResult,
    SlugTaken,
    create_program,
    existing_program,
)
from app.services.programs.new_program import (
    CreateProgram,
    NewProgram,
    check_new_program,
    program_request_hash,
)
from app.store.database import Database
from app.store.new_programs import allocate_program_id
from app.store.programs import find_program_id


async def create_program_from_chain(
    database: Database,
    bells: Bells,
    chains: Mapping[int, TreasuryReads],
    facts: Mapping[int, ChainFacts],
    *,
    authority: Authority,
    command: CreateProgram,
    now: datetime,
) -> ProgramResult:
    """The new program, or the existing one when every input is equal.

    Refuses what check_new_program refuses, ALREADY_EXISTS, TREASURY_TAKEN, NOT_A_SAFE, UNSUPPORTED_SAFE_VERSION,
    UNKNOWN_CHAIN and CHAIN_UNAVAILABLE.
    """
    existing = await _existing(database, bells, command)
    if existing is not None:
        return existing
    new = check_new_program(command, facts)
    reading = await _read(chains, facts, new)
    program_id = await execute(database, bells, None, allocate_program_id)
    create = partial(create_program, authority=authority, new=new, reading=reading, now=now)
    try:
        return await execute(database, bells, program_id, create)
    except SlugTaken:
        existing = await _existing(database, bells, command)
        assert existing is not None, "a program with a taken slug exists"
        return existing


async def _existing(
    database: Database, bells: Bells, command: CreateProgram
) -> ProgramResult | None:
    async with database.read(None) as session:
        program_id = await find_program_id(session, slug=command.slug)
    if program_id is None:
        return None
    compare = partial(existing_program, request_hash=program_request_hash(command))
    return await execute(database, bells, program_id, compare)


async def _read(
    chains: Mapping[int, TreasuryReads], facts: Mapping[int, ChainFacts], new: NewProgram
) -> TreasuryReading:
    chain_id, treasury = new.command.chain_id, new.command.treasury
    currencies = {currency.code: currency for currency in new.currencies}
    try:
        return await read_treasury(
            chains[chain_id], treasury, currencies, facts[chain_id].confirmations
        )
    except NotASafe:
        raise Refusal(
            RefusalCode.NOT_A_SAFE, "There is no Safe at this address on this chain.", "treasury"
        ) from None
    except UnsupportedSafeVersion as problem:
        raise Refusal(
            RefusalCode.UNSUPPORTED_SAFE_VERSION,
            f"A Safe of version 1.3.0 or 1.4.1 is needed, not {problem.version!r}.",
            "treasury",
        ) from None
    except ChainError:
        raise Refusal(
            RefusalCode.CHAIN_UNAVAILABLE, "The chain does not answer; try again.", "chainId"
        ) from None
