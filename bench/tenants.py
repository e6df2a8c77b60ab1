"""Programs under load: three commission levels, a tree of affiliates, users with referrers, and their payments."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from eth_keys.datatypes import PrivateKey

from app.chain.authorization import (
    Authorization,
    TokenDomain,
    authorization_digest,
    authorization_nonce,
    key_hash,
    program_word,
)
from app.domain.amounts import AmountText
from app.domain.authorization_window import SignedAuthorization
from app.domain.intents import PAYMENT, REGISTRATION
from app.domain.intents.kind import Asked, IntentKind
from app.domain.permissions import ApiScope, Authority
from app.domain.terms import TermsText
from app.processes.create_program import create_program_from_chain
from app.runtime import chain_facts
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.services.execute import execute
from app.services.programs.change_programs import pause_program, resume_program
from app.services.programs.new_program import CreateProgram
from bench.stand import Bench
from sge.demo.chain import TOKEN
from sge.embedded.anvil import CHAIN_ID

PRICE = AmountText("10", "USDC")
PRICE_UNITS = 10 * 10**6
_TERMS = TermsText(
    commission_levels_bps=(1000, 500, 200), platform_fee_bps=100, holding_period_days=30
)
_PLATFORM = Authority(0, None, UUID(int=1), "api_key:bench", frozenset({ApiScope.PLATFORM}))
_DEPTH, _CHILDREN = 4, 3
_REQUESTS_AT_ONCE = 400
_FOR_EVER = 2**48


@dataclass(frozen=True)
class Tenant:
    """A program; codes: of its lowest affiliates, who each have three above; users: keys of wallets."""

    id: int
    public_id: UUID
    treasury: str
    authority: Authority
    codes: list[str]
    users: list[PrivateKey]


def new_wallets(count: int) -> list[PrivateKey]:
    return [PrivateKey(uuid4().bytes + uuid4().bytes) for _ in range(count)]


async def create_tenant(bench: Bench, number: int, users: int) -> Tenant:
    """A program with its forest; its users are not registered yet."""
    runtime, treasury = bench.runtime, bench.stand.chain.treasuries[number]
    made = await create_program_from_chain(
        runtime.database,
        runtime.bells,
        runtime.chains,
        chain_facts(runtime.settings),
        authority=_PLATFORM,
        command=CreateProgram(f"bench-{number}", "Bench", treasury, CHAIN_ID, ("USDC",), _TERMS),
        now=runtime.clock(),
    )
    scopes = frozenset(ApiScope) - {ApiScope.PLATFORM}
    authority = Authority(made.program_id, made.public_id, UUID(int=2), "api_key:bench", scopes)
    codes = await _grow_tree(bench, authority)
    return Tenant(made.program_id, made.public_id, treasury, authority, codes, new_wallets(users))


async def _grow_tree(bench: Bench, authority: Authority) -> list[str]:
    level: list[str | None] = [None]
    for depth in range(_DEPTH):
        below: list[str | None] = []
        for parent in level:
            for _ in range(1 if depth == 0 else _CHILDREN):
                code = f"B{authority.program_id}-{depth}-{len(below)}"
                await _register_affiliate(bench, authority, parent, code)
                below.append(code)
        level = below
    return [code for code in level if code is not None]


async def _register_affiliate(
    bench: Bench, authority: Authority, parent: str | None, code: str
) -> None:
    runtime = bench.runtime
    wallet = new_wallets(1)[0].public_key.to_checksum_address()
    command = RegisterAffiliate(authority.program_id, wallet, parent, code)
    await execute(
        runtime.database,
        runtime.bells,
        authority.program_id,
        partial(register_affiliate, authority=authority, command=command, now=runtime.clock()),
    )


async def register_users(bench: Bench, tenant: Tenant, keys: Sequence[PrivateKey]) -> None:
    """Accepts a registration of each wallet, below the lowest affiliates in turn."""
    requests = [
        Asked(
            key.public_key.to_checksum_address(),
            f"register-{uuid4()}",
            tenant.codes[place % len(tenant.codes)],
        )
        for place, key in enumerate(keys)
    ]
    await submit(bench, tenant, REGISTRATION, requests)


def signed_payments(bench: Bench, tenant: Tenant, count: int) -> list[Asked]:
    """Payments of all users in turn, each signed by its wallet."""
    return [
        _payment(bench, tenant, tenant.users[place % len(tenant.users)]) for place in range(count)
    ]


def _payment(bench: Bench, tenant: Tenant, key: PrivateKey) -> Asked:
    name = f"pay-{uuid4()}"
    wallet = key.public_key.to_checksum_address()
    signed = sign_payment(bench, tenant, key, name)
    return Asked(wallet, name, amount=PRICE, authorization=signed)


def sign_payment(bench: Bench, tenant: Tenant, key: PrivateKey, name: str) -> SignedAuthorization:
    """What the wallet signs for a payment of that idempotency key."""
    deployment = bench.stand.chain.deployment
    domain = TokenDomain(TOKEN.name, TOKEN.version, CHAIN_ID, deployment.token)
    word = program_word(tenant.public_id)
    nonce = authorization_nonce(word, tenant.treasury, PAYMENT.chain_kind, key_hash(name))
    message = Authorization(
        key.public_key.to_checksum_address(),
        deployment.gateway,
        PRICE_UNITS,
        0,
        _FOR_EVER,
        nonce,
    )
    raw = key.sign_msg_hash(authorization_digest(domain.separator(), message)).to_bytes()
    return SignedAuthorization(0, _FOR_EVER, raw[:64] + bytes([raw[64] + 27]))


async def submit(bench: Bench, tenant: Tenant, kind: IntentKind, requests: Sequence[Asked]) -> None:
    """Accepts them all through the intake, as many concurrent clients would send them."""
    accept = partial(bench.intake.accept, tenant.authority, tenant.id, kind)
    for start in range(0, len(requests), _REQUESTS_AT_ONCE):
        await asyncio.gather(*map(accept, requests[start : start + _REQUESTS_AT_ONCE]))


async def pause(bench: Bench, tenant: Tenant) -> None:
    """What is accepted from now on waits."""
    await _run(bench, tenant, pause_program)


async def resume(bench: Bench, tenant: Tenant) -> None:
    """What waits is due."""
    await _run(bench, tenant, resume_program)


async def _run(bench: Bench, tenant: Tenant, use_case: Callable[..., Awaitable[object]]) -> None:
    runtime = bench.runtime
    await execute(
        runtime.database,
        runtime.bells,
        tenant.id,
        partial(
            use_case,
            authority=tenant.authority,
            program_id=tenant.id,
            reason="bench",
            now=runtime.clock(),
        ),
    )
