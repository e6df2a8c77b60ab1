"""API keys: `sge_<prefix>_<secret>`, 256 random bits, stored as a keyed hash.

A key has full entropy, so one HMAC is right for it (a slow password hash would cost 0.4 s a request and add nothing),
and finding the hash in an index tells an attacker nothing about other keys.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.clock import Clock
from app.domain.permissions import ApiScope, Authority
from app.store.api_keys import KnownKey, find_key
from app.store.database import Database

_TOKEN = re.compile(r"(sge_[a-z2-7]{10})_[0-9a-f]{64}", re.ASCII)
_PREFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PREFIX_LENGTH = 10
# Revocation takes effect within 5 s everywhere; a key that is used all the time costs a look-up each 2 s.
_CACHED_FOR = timedelta(seconds=2)
_MOST_CACHED = 10_000
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key that was just made. token is shown once and kept nowhere."""

    token: str = field(repr=False)
    prefix: str
    secret_hash: bytes


class KeyHasher:
    """Makes and hashes keys; whoever has the tables only, without the settings' secret, can test no guess."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def make_key(self) -> FreshKey:
        """A key of 256 random bits. prefix: what lists and audit rows call it."""
        name = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(_PREFIX_LENGTH))
        prefix = f"sge_{name}"
        token = f"{prefix}_{secrets.token_hex(32)}"
        return FreshKey(token, prefix, self.hash(token))

    def hash(self, token: str) -> bytes:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key was used at an instant; written down lazily."""

    program_id: int
    key_id: UUID
    at: datetime


class ApiKeyAuthenticator:
    """Whom a bearer token stands for. One for each process that answers requests."""

    def __init__(self, database: Database, hasher: KeyHasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock
        self._known: dict[bytes, tuple[datetime, KnownKey | None]] = {}
        self._noted: dict[UUID, datetime] = {}
        self._uses: dict[UUID, KeyUse] = {}

    async def authenticate(self, token: str) -> Authority | None:
        """None when the token is malformed, unknown, expired or revoked."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        now = self._clock()
        key = await self._find(self._hasher.hash(token), now)
        if key is None or not _is_good(key, now):
            return None
        self._note_use(key, now)
        return Authority(
            program_id=key.program_id,
            program_public_id=key.program_public_id,
            key_id=key.key_id,
            actor=f"api_key:{match[1]}",
            scopes=frozenset(ApiScope(scope) for scope in key.scopes),
        )

    def take_uses(self) -> list[KeyUse]:
        """Uses that are not written down yet, at most one a key and minute."""
        uses, self._uses = list(self._uses.values()), {}
        return uses

    async def _find(self, secret_hash: bytes, now: datetime) -> KnownKey | None:
        cached = self._known.get(secret_hash)
        if cached is not None and now - cached[0] < _CACHED_FOR:
            return cached[1]
        async with self._database.read(None) as session:
            key = await find_key(session, secret_hash)
        if len(self._known) >= _MOST_CACHED:
            self._known.clear()
        self._known[secret_hash] = (now, key)
        return key

    def _note_use(self, key: KnownKey, now: datetime) -> None:
        noted = self._noted.get(key.key_id)
        if noted is None or now - noted >= _NOTED_EVERY:
            if len(self._noted) >= _MOST_CACHED:
                self._noted.clear()
            self._noted[key.key_id] = now
            self._uses[key.key_id] = KeyUse(key.program_id, key.key_id, now)


def _is_good(key: KnownKey, now: datetime) -> bool:
    return not any(end is not None and end <= now for end in (key.expires_at, key.revoked_at))
