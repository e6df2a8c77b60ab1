"""Whom a bearer token stands for: an API key's program, or a wallet with all that it is in every program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.auth.api_keys import KEY_TOKEN, KeyHasher
from app.auth.sessions import SESSION_TOKEN
from app.domain.clock import Clock
from app.domain.permissions import ApiScope, Authority, Caller, Role, caller_of_key
from app.store.access.api_keys import KnownKey, find_keys
from app.store.access.sessions import KnownSession, find_sessions
from app.store.access.wallets import WalletStanding, wallet_standings
from app.store.database import Database, ReadSession

# Revocation takes effect within 5 s everywhere; a credential that is used all the time costs a look-up each 2 s.
_CACHED_FOR = timedelta(seconds=2)
_MOST_CACHED = 10_000
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CredentialUse:
    """A credential was used at an instant; written down lazily. program_id: None for a wallet's session."""

    program_id: int | None
    credential_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """A credential that was looked up: it ends at expires_at, if ever."""

    caller: Caller
    expires_at: datetime | None


class Authenticator:
    """One for each process that answers requests. operators: checksummed wallets."""

    def __init__(
        self,
        database: Database,
        hasher: KeyHasher,
        clock: Clock,
        operators: frozenset[str] = frozenset(),
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock
        self._operators = operators
        # Apart, so that a flood of wrong tokens does not make everybody else's be looked up again.
        self._known: dict[bytes, tuple[datetime, _Known]] = {}
        self._hashes: dict[UUID, bytes] = {}
        self._unknown: dict[bytes, datetime] = {}
        self._noted: dict[UUID, datetime] = {}
        self._uses: dict[UUID, CredentialUse] = {}

    async def authenticate(self, token: str) -> Caller | None:
        """None when the token is malformed, unknown, expired or revoked."""
        if KEY_TOKEN.fullmatch(token) is None and SESSION_TOKEN.fullmatch(token) is None:
            return None
        now = self._clock()
        known = await self._look_up(token, now)
        if known is None or (known.expires_at is not None and known.expires_at <= now):
            return None
        self._note_use(known.caller, now)
        return known.caller

    async def look_again(self, tokens: Sequence[str]) -> None:
        """Looks well-formed tokens up together: `authenticate` knows them for two seconds then. Raises Unavailable."""
        now = self._clock()
        hashes = {self._hasher.hash(token): token for token in tokens}
        async with self._database.read(None) as session:
            found = await self._find(session, hashes)
        for token_hash in hashes:
            self._remember(token_hash, found.get(token_hash), now)

    def has_expired(self, token: str) -> bool:
        """Whether it is known without a look-up that this credential, once good, is so no more: the clock says it."""
        known = self._known.get(self._hasher.hash(token))
        ends = None if known is None else known[1].expires_at
        return ends is not None and ends <= self._clock()

    def forget(self, credential_id: UUID) -> None:
        """Looks it up anew at its next request: what it may do has just changed here. Other processes learn it later."""
        token_hash = self._hashes.pop(credential_id, None)
        if token_hash is not None:
            self._known.pop(token_hash, None)

    def take_uses(self) -> list[CredentialUse]:
        """Uses that are not written down yet, at most one a credential and minute."""
        uses, self._uses = list(self._uses.values()), {}
        return uses

    async def _look_up(self, token: str, now: datetime) -> _Known | None:
        token_hash = self._hasher.hash(token)
        cached = self._known.get(token_hash)
        if cached is not None and now - cached[0] < _CACHED_FOR:
            return cached[1]
        missed_at = self._unknown.get(token_hash)
        if missed_at is not None and now - missed_at < _CACHED_FOR:
            return None
        async with self._database.read(None) as session:
            known = (await self._find(session, {token_hash: token})).get(token_hash)
        self._remember(token_hash, known, now)
        return known

    def _remember(self, token_hash: bytes, known: _Known | None, now: datetime) -> None:
        remembered = self._unknown if known is None else self._known
        if len(remembered) >= _MOST_CACHED:
            remembered.clear()
            if known is not None:
                self._hashes.clear()
        if known is None:
            gone = self._known.pop(token_hash, None)
            if gone is not None:
                self._hashes.pop(gone[1].caller.credential_id, None)
            self._unknown[token_hash] = now
        else:
            self._known[token_hash] = (now, known)
            self._hashes[known.caller.credential_id] = token_hash

    async def _find(self, session: ReadSession, tokens: Mapping[bytes, str]) -> dict[bytes, _Known]:
        """Those that are good, or were until they expired. tokens: by their hashes."""
        prefixes = {
            token_hash: match[1]
            for token_hash, token in tokens.items()
            if (match := KEY_TOKEN.fullmatch(token)) is not None
        }
        others = [token_hash for token_hash in tokens if token_hash not in prefixes]
        keys = await _find_keys(session, prefixes) if prefixes else {}
        return keys | (await self._find_sessions(session, others) if others else {})

    async def _find_sessions(
        self, session: ReadSession, hashes: Sequence[bytes]
    ) -> dict[bytes, _Known]:
        found = await find_sessions(session, hashes)
        live = {key: one for key, one in found.items() if one.revoked_at is None}
        if not live:
            return {}
        standings = await wallet_standings(session, [one.holder for one in live.values()])
        return {
            token_hash: _Known(self._wallet_caller(one, theirs), one.expires_at)
            for (token_hash, one), theirs in zip(live.items(), standings, strict=True)
        }

    def _wallet_caller(self, found: KnownSession, standings: Sequence[WalletStanding]) -> Caller:
        holder = found.holder
        actor = f"wallet:{holder.wallet}"
        return Caller(
            found.session_id,
            actor,
            tuple(_authority(one, found.session_id, actor, holder.wallet) for one in standings),
            wallet=holder.wallet,
            # An operator acts on every chain, and a contract speaks for its address on its own only.
            operator=holder.contract_chain_id is None and holder.wallet in self._operators,
            contract_chain_id=holder.contract_chain_id,
        )

    def _note_use(self, caller: Caller, now: datetime) -> None:
        noted = self._noted.get(caller.credential_id)
        if noted is not None and now - noted < _NOTED_EVERY:
            return
        if len(self._noted) >= _MOST_CACHED:
            self._noted.clear()
        self._noted[caller.credential_id] = now
        of_key = caller.wallet is None
        program_id = caller.authorities[0].program_id if of_key else None
        self._uses[caller.credential_id] = CredentialUse(program_id, caller.credential_id, now)


async def _find_keys(session: ReadSession, prefixes: Mapping[bytes, str]) -> dict[bytes, _Known]:
    found = await find_keys(session, list(prefixes))
    return {
        token_hash: _Known(caller_of_key(_key_authority(key, prefixes[token_hash])), key.expires_at)
        for token_hash, key in found.items()
        if key.revoked_at is None
    }


def _key_authority(key: KnownKey, prefix: str) -> Authority:
    return Authority(
        program_id=key.program_id,
        program_public_id=key.program_public_id,
        credential_id=key.key_id,
        actor=f"api_key:{prefix}",
        scopes=frozenset(ApiScope(scope) for scope in key.scopes),
    )


def _authority(one: WalletStanding, session_id: UUID, actor: str, wallet: str) -> Authority:
    return Authority(
        one.program_id,
        one.program_public_id,
        session_id,
        actor,
        roles=frozenset(Role(role) for role in one.roles),
        wallet=wallet,
        owner=one.owner,
        affiliate_id=one.affiliate_id,
        user_id=one.user_id,
    )
