"""Simulated payouts on a real Safe: who is refused, why, and who is to blame."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.chain.payout_content import Recipient, UnpayableError
from app.chain.safe_simulation import PayoutsNotSimulated, SimulationResult, simulate_payouts
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain.treasury import OWNERS, Treasury, key_signature, recipients
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC

BLACKLISTED = "Blacklistable: account is blacklisted"


@dataclass(frozen=True)
class Simulator:
    treasury: Treasury
    client: Chain

    async def of(self, payouts: Sequence[Recipient], **changed: str) -> SimulationResult:
        deployment = self.treasury.chain.deployment
        where = {
            "safe": self.treasury.safe,
            "token": deployment.token,
            "multisend": deployment.multisend,
        }
        return await simulate_payouts(self.client, **(where | changed), recipients=payouts)

    def blacklist(self, *addresses: str) -> None:
        chain = self.treasury.chain
        for address in addresses:
            chain.send(chain.token.functions.blacklist(address))


@pytest.fixture
async def simulator(treasury: Treasury) -> AsyncIterator[Simulator]:
    async with Chain(CHAIN_ID, [treasury.chain.node.url]) as client:
        yield Simulator(treasury, client)


async def test_all_pass_and_nothing_happens(simulator: Simulator) -> None:
    before = simulator.treasury.chain.balance(simulator.treasury.safe)
    result = await simulator.of(recipients(450))
    assert (result.refused, result.passed) == ({}, 450)
    assert result.block_number == simulator.treasury.chain.web3.eth.block_number
    assert result.gas_estimate > 450 * 27_000
    assert simulator.treasury.chain.balance(simulator.treasury.safe) == before
    assert simulator.treasury.nonce == 0


async def test_nobody_to_simulate(simulator: Simulator) -> None:
    result = await simulator.of([])
    assert (result.refused, result.passed, result.gas_estimate) == ({}, 0, 0)


@pytest.mark.parametrize("places", [[0], [137], [199], [0, 1, 63, 64, 199], list(range(10, 190))])
async def test_refused_recipients_are_found_and_named(
    simulator: Simulator, places: list[int]
) -> None:
    payouts = recipients(200)
    simulator.blacklist(*(payouts[place].destination for place in places))
    result = await simulator.of(payouts)
    assert sorted(result.refused) == places
    assert set(result.refused.values()) == {BLACKLISTED}
    assert result.passed == 200 - len(places)


async def test_the_rest_is_then_executed(simulator: Simulator) -> None:
    payouts = recipients(200)
    simulator.blacklist(payouts[3].destination, payouts[150].destination)
    refused = (await simulator.of(payouts)).refused
    rest = [one for place, one in enumerate(payouts) if place not in refused]
    treasury = simulator.treasury
    transaction = treasury.payout(rest)
    signatures = [key_signature(one, treasury.own_hash_of(transaction)) for one in OWNERS[:2]]
    assert len(treasury.transfers(treasury.execute(transaction, signatures))) == 198


async def test_all_are_refused(simulator: Simulator) -> None:
    payouts = recipients(5)
    simulator.blacklist(*(one.destination for one in payouts))
    result = await simulator.of(payouts)
    assert result.refused == dict.fromkeys(range(5), BLACKLISTED)
    assert result.passed == 0


async def test_a_paused_token_refuses_no_recipient(simulator: Simulator) -> None:
    chain = simulator.treasury.chain
    chain.send(chain.token.functions.pause())
    with pytest.raises(PayoutsNotSimulated, match="moves nothing of this treasury"):
        await simulator.of(recipients(3))


async def test_a_blacklisted_treasury_refuses_no_recipient(simulator: Simulator) -> None:
    simulator.blacklist(simulator.treasury.safe)
    with pytest.raises(PayoutsNotSimulated, match="moves nothing of this treasury"):
        await simulator.of(recipients(3))


async def test_a_shortage_is_nobodys_refusal(chain: GatewayChain) -> None:
    poor = await Treasury.create(chain)
    payouts = recipients(250)
    chain.send(chain.token.functions.blacklist(payouts[7].destination))
    async with Chain(CHAIN_ID, [chain.node.url]) as client:
        simulator = Simulator(poor, client)
        assert (await simulator.of(payouts)).refused == {7: BLACKLISTED}
        # Enough for the second portion of 50, not for the first.
        chain.fund([poor.safe], 50 * 1_300)
        assert (await simulator.of(payouts)).refused == {7: BLACKLISTED}
        alone = await simulator.of([Recipient(OWNERS[0].address, 10**9 * USDC)])
        assert alone.refused == {}


async def test_the_treasury_is_no_recipient(simulator: Simulator) -> None:
    with pytest.raises(UnpayableError):
        await simulator.of([Recipient(simulator.treasury.safe, 1)])


async def test_a_safe_delegates_to_no_other_code(simulator: Simulator) -> None:
    with pytest.raises(PayoutsNotSimulated, match="no MultiSendCallOnly"):
        await simulator.of(recipients(1), multisend=simulator.treasury.chain.deployment.token)


@pytest.mark.parametrize("what", ["token", "multisend"])
async def test_an_address_without_code_pays_nobody(simulator: Simulator, what: str) -> None:
    with pytest.raises(PayoutsNotSimulated, match="where the settings say"):
        await simulator.of(recipients(1), **{what: OWNERS[0].address})


class Starving(Chain):
    """A node that gives calls less gas than a transaction may have."""

    async def call_batch(self, calls: Any, **options: Any) -> Any:
        return await super().call_batch(calls, **(options | {"gas": 1_000_000}))


async def test_what_fails_only_together_blames_nobody(treasury: Treasury) -> None:
    async with Starving(CHAIN_ID, [treasury.chain.node.url]) as client:
        simulator = Simulator(treasury, client)
        assert (await simulator.of(recipients(5))).refused == {}
        with pytest.raises(PayoutsNotSimulated, match="fail together"):
            await simulator.of(recipients(200))


async def test_a_treasury_that_is_no_safe(simulator: Simulator) -> None:
    for address in (OWNERS[0].address, simulator.treasury.chain.deployment.gateway):
        with pytest.raises(ChainError):
            await simulator.of(recipients(1), safe=address)


@pytest.mark.parametrize("fault", ["hang", "429", "500"])
@pytest.mark.parametrize("asked", [b"eth_blockNumber", b"eth_getCode", b"eth_call"])
async def test_a_nodes_fault_blames_nobody(treasury: Treasury, fault: str, asked: bytes) -> None:
    deployment = treasury.chain.deployment
    async with (
        proxy_before(treasury.chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=0.5) as client,
    ):
        await client.block_number()
        proxy.plan = lambda body: fault if asked in body else "pass"
        with pytest.raises(ChainError):
            await simulate_payouts(
                client, treasury.safe, deployment.token, deployment.multisend, recipients(3)
            )


async def test_ten_thousand_recipients(simulator: Simulator) -> None:
    payouts = recipients(10_000)
    simulator.blacklist(*(payouts[place].destination for place in (17, 5_000, 9_999)))
    started = time.monotonic()
    result = await simulator.of(payouts)
    assert sorted(result.refused) == [17, 5_000, 9_999]
    assert result.passed == 9_997
    assert time.monotonic() - started < 30
