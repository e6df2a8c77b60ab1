"""Mutations of programs and their terms."""

from datetime import datetime

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.services.programs import change_programs as services
from app.services.programs import terms as terms_services
from resolvers import programs
from resolvers.access import Info, authorize, named_program, own_key, process_of
from resolvers.payloads import ProgramPayloadRow, TermsPayloadRow, answer, commit
from schema.inputs.programs import CreateProgramInput, SetTermsInput, UpdateProgramInput


async def create(info: Info, input: CreateProgramInput) -> ProgramPayloadRow:
    """Reads the treasury on the chain and creates the program."""
    caller = authorize(info)

    async def work() -> ProgramPayloadRow:
        await info.context.leave_snapshot()
        made = await process_of(info.context).create_program(caller.for_platform(), input.command())
        await info.context.leave_snapshot()
        return ProgramPayloadRow(await programs.by_key(info, made.program_id))

    return await answer(ProgramPayloadRow, work)


async def update(info: Info, input: UpdateProgramInput) -> ProgramPayloadRow:
    """Changes what is given."""
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, input.program_id)
        key = authority.program_id
        command = input.command(key)
        now = info.context.now()
        await commit(info, key, lambda unit: services.update_program(unit, authority, command, now))
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)


async def set_terms(info: Info, input: SetTermsInput) -> TermsPayloadRow:
    """Adds a version of the terms."""
    authorize(info)

    async def work() -> TermsPayloadRow:
        authority = await named_program(info, input.program_id)
        key = authority.program_id
        command = input.command(key, own_key(info, input.idempotency_key))
        now = info.context.now()
        result = await commit(
            info, key, lambda unit: terms_services.set_terms(unit, authority, command, now)
        )
        program = await programs.by_key(info, key)
        if program is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
        history = await programs.terms_history(program, info)
        version = next(terms for terms in history if terms.version == result.version)
        return TermsPayloadRow(program, version, result.replayed)

    return await answer(TermsPayloadRow, work)


async def pause(info: Info, program_id: strawberry.ID, reason: str) -> ProgramPayloadRow:
    """Nothing new is signed until somebody resumes."""
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        now = info.context.now()
        await commit(
            info, key, lambda unit: services.pause_program(unit, authority, key, reason, now)
        )
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)


async def resume(info: Info, program_id: strawberry.ID, reason: str) -> ProgramPayloadRow:
    """Signing goes on."""
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        now = info.context.now()
        await commit(
            info, key, lambda unit: services.resume_program(unit, authority, key, reason, now)
        )
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)


async def advance_clock(info: Info, program_id: strawberry.ID, to: datetime) -> ProgramPayloadRow:
    """Moves a test program's clock forward and does what became due."""
    authorize(info)

    async def work() -> ProgramPayloadRow:
        authority = await named_program(info, program_id)
        key = authority.program_id
        await info.context.leave_snapshot()
        await process_of(info.context).advance_clock(authority, key, to)
        await info.context.leave_snapshot()
        return ProgramPayloadRow(await programs.by_key(info, key))

    return await answer(ProgramPayloadRow, work)
