"""The secrets that providers sign their webhooks with: set by a person, replaced with an overlap, shown to nobody."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from app.auth.provider_signature import MOST_SECRETS, secret_context
from app.auth.sealed_secrets import SecretBox
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.domain.permissions import Authority
from app.domain.providers import PROVIDERS
from app.services.audit import AuditEntry, write_audit
from app.services.programs.create_program import ProgramResult
from app.services.programs.locked_program import locked_program
from app.store.database import UnitOfWork
from app.store.providers import secrets as store

_LONGEST_OVERLAP_SECONDS = 30 * 86_400
# Short ones can be guessed, and whoever guesses one makes up payments.
_SECRET = re.compile(r"[!-~]{16,256}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetProviderSecret:
    """The one in use stays good for overlap_seconds."""

    program_id: int
    provider: str
    secret: str = field(repr=False)
    overlap_seconds: int = 86_400


async def set_provider_secret(
    unit: UnitOfWork,
    box: SecretBox,
    authority: Authority,
    command: SetProviderSecret,
    now: datetime,
) -> ProgramResult:
    """Takes a new secret into use; the one that is in use already changes nothing. Refuses INVALID_INPUT, NOT_FOUND."""
    _check(command)
    program = await locked_program(unit, command.program_id)
    result = ProgramResult(program.id, program.public_id)
    old = await store.lock_secret_in_use(unit, command.provider)
    if old is not None:
        known = box.open(old.sealed, secret_context(old.program_id, old.id))
        if compare_digest(known.encode(), command.secret.encode()):
            return result
    id_ = new_id()
    sealed = box.seal(command.secret, secret_context(program.id, id_))
    new = store.NewSecret(id_, command.provider, sealed, authority.actor, now)
    older_until = now + timedelta(seconds=command.overlap_seconds)
    await store.replace_secret(unit, new, older_until, MOST_SECRETS)
    after = {"provider": command.provider, "overlapSeconds": command.overlap_seconds}
    name, public_id = "program.provider_secret_set", str(program.public_id)
    unit.record(
        NewEvent(EventType.PROGRAM, name, public_id, program.version + 1, now, {"v": 1, **after})
    )
    before = None if old is None else {"id": str(old.id)}
    await write_audit(
        unit,
        AuditEntry(authority.actor, name, public_id, now, before, {"id": str(id_), **after}),
    )
    return result


def _check(command: SetProviderSecret) -> None:
    if command.provider not in PROVIDERS:
        raise Refusal(
            RefusalCode.INVALID_INPUT, f"Providers are {', '.join(PROVIDERS)}.", "provider"
        )
    if not _SECRET.fullmatch(command.secret):
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "A secret is 16 to 256 visible ASCII characters: the one that the provider shows.",
            "secret",
        )
    if not 0 <= command.overlap_seconds <= _LONGEST_OVERLAP_SECONDS:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "An overlap is 0 to 2 592 000 seconds.", "overlapSeconds"
        )
