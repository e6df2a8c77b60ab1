"""API keys of a program or of the platform: made, rotated with overlap, revoked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.auth.api_keys import FreshKey, KeyHasher
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.permissions import PLATFORM_PROGRAM_ID, ApiScope, Authority
from app.domain.texts import check_text
from app.services.audit import AuditEntry, write_audit
from app.services.operation_keys import claim_operation
from app.store.access import api_keys as store
from app.store.database import UnitOfWork

_LONGEST_NAME = 100
_LONGEST_OVERLAP_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class CreateApiKey:
    """program_id 0: a key of the platform."""

    program_id: int
    name: str
    scopes: frozenset[ApiScope]
    idempotency_key: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RotateApiKey:
    """The old key goes on for overlap_seconds."""

    key_id: UUID
    idempotency_key: str
    overlap_seconds: int = 86_400


@dataclass(frozen=True, slots=True)
class ApiKeyResult:
    """token: None for a replay, since it is kept nowhere."""

    key_id: UUID
    token: str | None = field(repr=False)
    replayed: bool


async def create_api_key(
    unit: UnitOfWork, hasher: KeyHasher, actor: str, command: CreateApiKey, now: datetime
) -> ApiKeyResult:
    """Makes a key in the unit's own program. Refuses INVALID_INPUT."""
    check_text(command.name, _LONGEST_NAME, "name")
    _check_scopes(command)
    if command.expires_at is not None and command.expires_at <= now:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "A new key expires in the future, or never.", "expiresAt"
        )
    key_id = new_id()
    meaning = {
        "name": command.name,
        "scopes": sorted(command.scopes),
        "expiresAt": None if command.expires_at is None else command.expires_at.isoformat(),
    }
    earlier = await claim_operation(
        unit, command.idempotency_key, "createApiKey", meaning, result=str(key_id), now=now
    )
    if earlier is not None:
        return ApiKeyResult(UUID(earlier), None, replayed=True)
    fresh = hasher.make_key()
    row = _new_row(
        key_id,
        command.name,
        command.scopes,
        fresh,
        actor=actor,
        now=now,
        expires_at=command.expires_at,
    )
    await store.insert_key(unit, row)
    await _tell(unit, "api_key.created", row, actor, now)
    return ApiKeyResult(key_id, fresh.token, replayed=False)


async def rotate_api_key(
    unit: UnitOfWork, hasher: KeyHasher, authority: Authority, command: RotateApiKey, now: datetime
) -> ApiKeyResult:
    """A new key with the old one's name, scopes and expiry. Refuses NOT_FOUND, INVALID_STATE, INVALID_INPUT."""
    if not 0 <= command.overlap_seconds <= _LONGEST_OVERLAP_SECONDS:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "An overlap is 0 to 2 592 000 seconds.", "overlapSeconds"
        )
    old = await _locked_key(unit, command.key_id)
    key_id = new_id()
    meaning = {"id": str(command.key_id), "overlapSeconds": command.overlap_seconds}
    earlier = await claim_operation(
        unit, command.idempotency_key, "rotateApiKey", meaning, result=str(key_id), now=now
    )
    if earlier is not None:
        return ApiKeyResult(UUID(earlier), None, replayed=True)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise Refusal(RefusalCode.INVALID_STATE, "The key is revoked or has expired.", "id")
    await _refuse_replaced(unit, old.id)
    fresh = hasher.make_key()
    scopes = frozenset(ApiScope(scope) for scope in old.scopes)
    row = _new_row(
        key_id,
        old.name,
        scopes,
        fresh,
        actor=authority.actor,
        now=now,
        expires_at=old.expires_at,
        replaces=old.id,
    )
    await store.insert_key(unit, row)
    ends = now + timedelta(seconds=command.overlap_seconds)
    ends = ends if old.expires_at is None else min(ends, old.expires_at)
    await store.expire_key(unit, old.id, ends)
    await _tell(unit, "api_key.rotated", row, authority.actor, now, replaces=(old, ends))
    return ApiKeyResult(key_id, fresh.token, replayed=False)


async def revoke_api_key(
    unit: UnitOfWork, authority: Authority, key_id: UUID, now: datetime
) -> ApiKeyResult:
    """The key stops within seconds; a revoked key stays revoked. Refuses NOT_FOUND."""
    key = await _locked_key(unit, key_id)
    if key.revoked_at is None:
        await store.revoke_key(unit, key_id, now)
        await write_audit(
            unit,
            AuditEntry(
                authority.actor,
                "api_key.revoked",
                str(key_id),
                now,
                before={"name": key.name, "prefix": key.prefix, "revokedAt": None},
                after={"revokedAt": now.isoformat()},
            ),
        )
    return ApiKeyResult(key_id, None, replayed=False)


async def make_operator_key(
    unit: UnitOfWork, hasher: KeyHasher, name: str, now: datetime
) -> ApiKeyResult:
    """A new key of the platform for `sge operator create`; the unit's program is the platform's."""
    command = CreateApiKey(
        PLATFORM_PROGRAM_ID, name, frozenset({ApiScope.PLATFORM}), f"operator {new_id()}"
    )
    return await create_api_key(unit, hasher, "operator:cli", command, now)


def _check_scopes(command: CreateApiKey) -> None:
    of_platform = command.program_id == PLATFORM_PROGRAM_ID
    if not command.scopes or (ApiScope.PLATFORM in command.scopes) != of_platform:
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "A key has scopes; PLATFORM is for keys without a program, and they need it.",
            "scopes",
        )


async def _refuse_replaced(unit: UnitOfWork, key_id: UUID) -> None:
    """A second successor would end with the overlap, as its predecessor does; and a lost secret is in the first."""
    prefix = await store.prefix_of_successor(unit, key_id)
    if prefix is not None:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"The key was rotated already: rotate {prefix}…, which replaced it, or create a key.",
            "id",
        )


async def _locked_key(unit: UnitOfWork, key_id: UUID) -> store.KeyRow:
    key = await store.lock_key(unit, key_id)
    if key is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such API key.", "id")
    return key


def _new_row(
    key_id: UUID,
    name: str,
    scopes: frozenset[ApiScope],
    fresh: FreshKey,
    *,
    actor: str,
    now: datetime,
    expires_at: datetime | None,
    replaces: UUID | None = None,
) -> store.NewKeyRow:
    return store.NewKeyRow(
        id=key_id,
        name=name,
        prefix=fresh.prefix,
        secret_hash=fresh.secret_hash,
        scopes=tuple(sorted(scopes)),
        created_by=actor,
        created_at=now,
        expires_at=expires_at,
        replaces=replaces,
    )


async def _tell(
    unit: UnitOfWork,
    action: str,
    row: store.NewKeyRow,
    actor: str,
    now: datetime,
    *,
    replaces: tuple[store.KeyRow, datetime] | None = None,
) -> None:
    """replaces: an older key, and when it ends now."""
    before: dict[str, Any] | None = None
    after: dict[str, Any] = {
        "name": row.name,
        "prefix": row.prefix,
        "scopes": list(row.scopes),
        "expiresAt": _text(row.expires_at),
    }
    if replaces is not None:
        old, ends = replaces
        before = {"id": str(old.id), "prefix": old.prefix, "expiresAt": _text(old.expires_at)}
        after["replaces"] = {"id": str(old.id), "expiresAt": _text(ends)}
    await write_audit(unit, AuditEntry(actor, action, str(row.id), now, before, after))


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
