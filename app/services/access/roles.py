"""Roles of wallets in a program: granted, and taken back. The last administrator stays."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority, Role
from app.services.audit import AuditEntry, write_audit
from app.services.programs.create_program import ProgramResult
from app.services.programs.locked_program import locked_program
from app.store.access import members as store
from app.store.database import UnitOfWork
from app.store.programs import ProgramRow, raise_version


@dataclass(frozen=True, slots=True)
class WalletRole:
    """wallet: checksummed."""

    program_id: int
    wallet: str
    role: Role


async def grant_role(
    unit: UnitOfWork, authority: Authority, command: WalletRole, now: datetime
) -> ProgramResult:
    """The wallet has the role, from the next look at its sessions on; one that has it keeps it. Refuses NOT_FOUND."""
    # Kept still, so that nobody counts administrators while another goes (see revoke_role).
    program = await locked_program(unit, command.program_id)
    before = await store.granted_roles(unit, command.wallet)
    registered = await store.registered_roles(unit, command.wallet)
    if command.role not in before | registered:
        await store.insert_role(unit, command.wallet, command.role, authority.actor, now)
        change = _Change(command.wallet, "program.role_granted", before, before | {command.role})
        await _tell(unit, authority, program, change, now)
    return ProgramResult(program.id, program.public_id)


async def revoke_role(
    unit: UnitOfWork, authority: Authority, command: WalletRole, now: datetime
) -> ProgramResult:
    """The wallet loses the role within seconds, on open sockets too; one that does not have it stays without.

    Refuses NOT_FOUND; LAST_ADMIN; INVALID_STATE for what a wallet is by its own registration and not by a grant.
    """
    program = await locked_program(unit, command.program_id)
    if command.role in await store.registered_roles(unit, command.wallet):
        raise Refusal(RefusalCode.INVALID_STATE, _BY_REGISTRATION[command.role], "role")
    before = await store.granted_roles(unit, command.wallet)
    if command.role in before:
        if command.role is Role.ADMIN and not await store.others_hold(
            unit, command.wallet, Role.ADMIN
        ):
            raise Refusal(
                RefusalCode.LAST_ADMIN,
                "The program has no other ADMIN: grant the role to another wallet first.",
                "wallet",
            )
        await store.delete_role(unit, command.wallet, command.role)
        change = _Change(command.wallet, "program.role_revoked", before, before - {command.role})
        await _tell(unit, authority, program, change, now)
    return ProgramResult(program.id, program.public_id)


_BY_REGISTRATION = {
    Role.AFFILIATE: "The wallet registered as an affiliate: setAffiliateStatus says what it may earn.",
    Role.CLIENT: "The wallet registered as a user: nobody takes the sight of its own payments away.",
}


@dataclass(frozen=True, slots=True)
class _Change:
    """Of what a wallet was granted: one role more, or one less."""

    wallet: str
    name: str
    before: frozenset[Role]
    after: frozenset[Role]


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    program: ProgramRow,
    change: _Change,
    now: datetime,
) -> None:
    await raise_version(unit, program.id)
    public_id, version = str(program.public_id), program.version + 1
    [role] = change.before ^ change.after
    data = {"v": 1, "wallet": change.wallet, "role": role.value}
    unit.record(NewEvent(EventType.PROGRAM, change.name, public_id, version, now, data))
    entry = AuditEntry(
        authority.actor,
        change.name,
        public_id,
        now,
        before={"wallet": change.wallet, "roles": sorted(change.before)},
        after={"wallet": change.wallet, "roles": sorted(change.after)},
    )
    await write_audit(unit, entry)
