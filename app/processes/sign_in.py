"""Signs wallets in: what they are asked to sign (EIP-4361), and a session for what they signed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.auth.api_keys import KeyHasher
from app.auth.login_challenge import LoginChallenges, login_expired
from app.auth.sessions import make_session_token
from app.chain.node_errors import ChainError
from app.chain.sign_in import personal_digest, read_sign_in_message
from app.chain.wallet_signature import (
    WalletReads,
    accepted_by_code,
    signed_by_key,
    without_offset,
)
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.siwe.message import NotASignInMessage, SignInMessage
from app.domain.siwe.text import write_message
from app.services.access.sessions import Login, begin_sessions
from app.services.audit import current_request_id
from app.services.execute import Bells, execute
from app.services.intents.micro_batches import MicroBatches
from app.store.access.sessions import Holder, NewSession
from app.store.database import Database

# Longer than any wallet's we know.
_LONGEST_SIGNATURE = 4096
_CODE_SECONDS = 5.0
# Contracts asked at once by one process: what strangers make it ask leaves room for what customers do.
_CODES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class LoginChallenge:
    """message: what personal_sign takes."""

    message: str
    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """token: shown once and kept nowhere."""

    token: str = field(repr=False)
    expires_at: datetime


class SignIns:
    """chains: by id, those on which wallets may say that they are. lifetime: of a session."""

    def __init__(
        self,
        database: Database,
        bells: Bells,
        chains: Mapping[int, WalletReads],
        *,
        challenges: LoginChallenges,
        hasher: KeyHasher,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._bells = bells
        self._chains = chains
        self._challenges = challenges
        self._hasher = hasher
        self._lifetime = lifetime
        self._clock = clock
        self._asking = asyncio.Semaphore(_CODES_AT_ONCE)
        # Logins of a few milliseconds share one transaction: most of what one costs is the same for fifty.
        self._logins = MicroBatches(self._begin)

    @property
    def chain_ids(self) -> tuple[int, ...]:
        """Those that a wallet may say it is on."""
        return tuple(sorted(self._chains))

    def ask(self, wallet: str, chain_id: int, uri: str) -> LoginChallenge:
        """What the wallet has to sign; nothing is stored. Refuses UNKNOWN_CHAIN, INVALID_INPUT."""
        self._check_chain(chain_id, "chainId")
        message = self._challenges.ask(wallet, chain_id, uri, self._clock())
        assert message.expires is not None
        return LoginChallenge(write_message(message), message.nonce, message.expires)

    async def login(self, text: str, signature: bytes, user_agent: str | None) -> LoggedIn:
        """A session for a message that its wallet signed, once.

        Refuses INVALID_INPUT, UNKNOWN_CHAIN, LOGIN_EXPIRED, INVALID_SIGNATURE and CHAIN_UNAVAILABLE. A message is used up by
        the right signature only: else whoever saw it could take it from its wallet.
        """
        message = _read(text)
        self._check_chain(message.chain_id, "message")
        nonce_expires_at = self._challenges.check(message, self._clock())
        holder = await self._signer(message, text, signature)
        token = make_session_token(self._hasher)
        session = NewSession(
            id=new_id(),
            holder=holder,
            token_hash=token.hash,
            user_agent=user_agent,
            nonce=message.nonce,
            nonce_expires_at=nonce_expires_at,
        )
        expires_at = await self._logins.submit(
            PLATFORM_PROGRAM_ID, Login(session, current_request_id())
        )
        if expires_at is None:
            raise login_expired()
        return LoggedIn(token.text, expires_at)

    async def _begin(self, program_id: int, logins: Sequence[Login]) -> list[datetime | None]:
        """When each session expires; None for one that did not begin."""
        now = self._clock()
        expires_at = now + self._lifetime
        use_case = partial(begin_sessions, logins=logins, now=now, expires_at=expires_at)
        began = await execute(self._database, self._bells, program_id, use_case)
        return [expires_at if did else None for did in began]

    def _check_chain(self, chain_id: int, *argument: str) -> None:
        if chain_id not in self._chains:
            raise Refusal(
                RefusalCode.UNKNOWN_CHAIN, f"Chain {chain_id} is not served here.", *argument
            )

    async def _signer(self, message: SignInMessage, text: str, signature: bytes) -> Holder:
        digest = personal_digest(text.encode())
        if len(signature) <= _LONGEST_SIGNATURE:
            if signed_by_key(message.address, digest, without_offset(signature)):
                return Holder(message.address, None)
            if await self._accepted(message, digest, signature):
                return Holder(message.address, message.chain_id)
        raise Refusal(
            RefusalCode.INVALID_SIGNATURE,
            "The signature is not the wallet's over this message.",
            "signature",
        )

    async def _accepted(self, message: SignInMessage, digest: bytes, signature: bytes) -> bool:
        chain = self._chains[message.chain_id]
        try:
            async with asyncio.timeout(_CODE_SECONDS), self._asking:
                return await accepted_by_code(chain, message.address, [digest], signature)
        except (ChainError, TimeoutError) as problem:
            raise Refusal(
                RefusalCode.CHAIN_UNAVAILABLE,
                "The chain does not say whether the wallet signed: try again.",
                "signature",
            ) from problem


def _read(text: str) -> SignInMessage:
    try:
        return read_sign_in_message(text)
    except NotASignInMessage as problem:
        raise Refusal(RefusalCode.INVALID_INPUT, str(problem), "message") from None
