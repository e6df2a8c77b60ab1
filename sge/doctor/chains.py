"""Each node of each chain, and the contracts that SGE_CHAINS names."""

from functools import partial

from app.chain.client import Chain
from app.chain.multi_send_code import is_multi_send
from app.chain.token_facts import UnsuitableToken, read_token
from app.checks.chains import node_answers, node_variable
from app.checks.findings import Check, Problem
from app.domain.clock import real_clock
from app.settings import Settings
from app.settings.chains import ChainSettings, TokenSettings


def chain_checks(settings: Settings) -> list[Check]:
    """One for each endpoint."""
    return [
        Check(
            f"chain {chain.chain_id} at endpoint {number + 1}",
            node_variable(place, number),
            partial(_chain, chain, place, number),
        )
        for place, chain in enumerate(settings.chains)
        for number in range(len(chain.rpc_urls))
    ]


async def _chain(settings: ChainSettings, place: int, endpoint: int) -> str:
    variable = f"SGE_CHAINS[{place}]"
    url = settings.rpc_urls[endpoint].get_secret_value()
    async with Chain(settings.chain_id, [url]) as chain:
        head = await node_answers(chain, real_clock, node_variable(place, endpoint))
        for name, address in (("gateway", settings.gateway), ("identity", settings.identity)):
            if address and not await chain.code(address):
                raise Problem(
                    f"{variable}.{name}: there is no {name} contract at {address}; "
                    "`sge contracts deploy` prints where it has put them"
                )
        if settings.multisend and not is_multi_send(await chain.code(settings.multisend)):
            raise Problem(
                f"{variable}.multisend: {settings.multisend} is not Safe's MultiSendCallOnly 1.3.0 or 1.4.1"
            )
        for number, token in enumerate(settings.tokens):
            await _token(chain, f"{variable}.tokens[{number}]", token)
    return head


async def _token(chain: Chain, variable: str, token: TokenSettings) -> None:
    """A wrong name or version makes every wallet's signature invalid, wrong decimals every amount."""
    try:
        facts = await read_token(chain, token.address)
    except UnsuitableToken as problem:
        raise Problem(f"{variable}.address: {problem}") from None
    for name, told in (("name", facts.name), ("version", facts.version)):
        if getattr(token, name) != told:
            raise Problem(
                f"{variable}.{name}: {token.code} at {token.address} has another EIP-712 domain; "
                f'it has to be "{told}"'
            )
    if token.decimals != facts.decimals:
        raise Problem(f"{variable}.decimals: {token.code} has {facts.decimals}")
