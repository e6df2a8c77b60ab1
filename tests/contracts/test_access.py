"""Who may do what, and what nobody can do with an authorisation."""

from typing import Any

import pytest
from web3.exceptions import ContractLogicError

from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import PROGRAM, ChainKind, Facts, wallet

PAYER = wallet(1)


@pytest.fixture
def facts(chain: GatewayChain) -> Facts:
    chain.fund([PAYER.address])
    return chain.facts(PAYER.address)


def refuses(
    chain: GatewayChain, function: Any, sender: str, selector_of: str | None = None
) -> bool:
    """Whether the call reverts; with the named custom error, if one is named."""
    with pytest.raises(ContractLogicError) as refusal:
        function.call({"from": sender})
    if selector_of is None:
        return True
    return str(refusal.value.data).startswith("0x" + chain.web3.keccak(text=selector_of)[:4].hex())


def test_only_relayers_settle(chain: GatewayChain, facts: Facts) -> None:
    stranger = chain.stranger.address
    settle = chain.gateway.functions.settle([facts.signed_by(PAYER)])
    rerouted = chain.gateway.functions.settleContractWallets([facts.contract_signed_by(PAYER)])
    assert refuses(chain, settle, stranger, "NotARelayer(address)")
    assert refuses(chain, rerouted, stranger, "NotARelayer(address)")
    chain.send(chain.gateway.functions.setRelayer(chain.relayer.address, False))
    assert refuses(chain, settle, chain.relayer.address, "NotARelayer(address)")


def test_a_paused_gateway_settles_nothing_until_it_goes_on(
    chain: GatewayChain, facts: Facts
) -> None:
    settle = chain.gateway.functions.settle([facts.signed_by(PAYER)])
    rerouted = chain.gateway.functions.settleContractWallets([facts.contract_signed_by(PAYER)])
    chain.send(chain.gateway.functions.pause())
    assert refuses(chain, settle, chain.relayer.address, "EnforcedPause()")
    assert refuses(chain, rerouted, chain.relayer.address, "EnforcedPause()")
    chain.send(chain.gateway.functions.unpause())
    assert chain.settle([facts.signed_by(PAYER)]).reasons == [SettlementReason.NONE]


def test_only_the_owner_administers(chain: GatewayChain) -> None:
    stranger, address = chain.stranger.address, chain.relayer.address
    gateway, identity = chain.gateway.functions, chain.identity.functions
    for function in (
        gateway.setRelayer(address, True),
        gateway.allowToken(chain.deployment.token),
        gateway.forbidToken(chain.deployment.token),
        gateway.pause(),
        gateway.unpause(),
        gateway.transferOwnership(address),
        identity.setGateway(address),
    ):
        assert refuses(chain, function, stranger, "OwnableUnauthorizedAccount(address)")


def test_only_the_gateway_calls_its_inner_steps(chain: GatewayChain, facts: Facts) -> None:
    functions = chain.gateway.functions
    for sender in (chain.relayer.address, chain.deployer.address):
        signed, rerouted = facts.signed_by(PAYER), facts.contract_signed_by(PAYER)
        assert refuses(chain, functions.executeSigned(signed), sender, "OnlyByItself()")
        assert refuses(chain, functions.executeContractWallet(rerouted), sender, "OnlyByItself()")


def test_an_authorisation_is_worthless_outside_the_gateway(
    chain: GatewayChain, facts: Facts
) -> None:
    _, v, r, s = facts.signed_by(PAYER)
    arguments = (
        PAYER.address,
        chain.deployment.gateway,
        facts.amount,
        facts.valid_after,
        facts.valid_before,
        facts.nonce,
    )
    to_stranger = (arguments[0], chain.stranger.address, *arguments[2:])
    token = chain.token
    for name in ("receiveWithAuthorization", "transferWithAuthorization"):
        base = f"{name}(address,address,uint256,uint256,uint256,bytes32"
        split = token.get_function_by_signature(f"{base},uint8,bytes32,bytes32)")
        whole = token.get_function_by_signature(f"{base},bytes)")
        signature = r + s + bytes([v])
        for given in (arguments, to_stranger):
            assert refuses(chain, split(*given, v, r, s), chain.stranger.address)
            assert refuses(chain, whole(*given, signature), chain.stranger.address)
    assert chain.settle([facts.signed_by(PAYER)]).reasons == [SettlementReason.NONE]


def test_a_forbidden_token_settles_no_more(chain: GatewayChain, facts: Facts) -> None:
    chain.send(chain.gateway.functions.forbidToken(chain.deployment.token))
    outcome = chain.settle([facts.signed_by(PAYER)])
    assert outcome.reasons == [SettlementReason.TOKEN_NOT_ALLOWED]


def test_a_token_is_allowed_only_when_the_gateway_holds_a_unit(chain: GatewayChain) -> None:
    allow = chain.gateway.functions.allowToken(chain.deployment.safe_singleton)
    assert refuses(chain, allow, chain.deployer.address)
    unseeded = chain.deploy_product("TestUsd", chain.deployer.address, "Other", "OTH", "1")
    allow = chain.gateway.functions.allowToken(unseeded)
    assert refuses(chain, allow, chain.deployer.address, "TokenNotSeeded(address)")


def test_the_identity_is_minted_by_the_gateway_only_and_stays(chain: GatewayChain) -> None:
    identity = chain.identity.functions
    owner, other = PAYER.address, chain.stranger.address
    assert refuses(
        chain, identity.mint(PROGRAM, owner), chain.deployer.address, "NotTheGateway(address)"
    )
    facts = chain.facts(owner, kind=ChainKind.REGISTRATION, amount=0)
    chain.settle([facts.signed_by(PAYER)])
    token_id = identity.tokenIdOf(PROGRAM, owner).call()
    for function in (
        identity.transferFrom(owner, other, token_id),
        chain.identity.get_function_by_signature("safeTransferFrom(address,address,uint256)")(
            owner, other, token_id
        ),
        identity.approve(other, token_id),
        identity.setApprovalForAll(other, True),
    ):
        assert refuses(chain, function, owner, "BoundToItsWallet()")
    assert identity.locked(token_id).call()
    assert identity.supportsInterface("0xb45a3c0e").call()
    assert identity.supportsInterface("0x80ac58cd").call()
