"""Each way in which one item is refused: its reason, and that nothing moved."""

from collections.abc import Callable
from typing import Any

import pytest

from app.chain.address import ZERO_ADDRESS
from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import OTHER_TREASURY, TREASURY, GatewayChain
from tests.contracts.items import OTHER_PROGRAM, USDC, ChainKind, Facts, unlike, wallet

PAYER = wallet(1)
TAMPERINGS: dict[str, dict[str, Any]] = {
    "another treasury": {"treasury": OTHER_TREASURY},
    "another kind": {"kind": ChainKind.REGISTRATION},
    "another intent": {"key": "another key"},
    "another program": {"program": OTHER_PROGRAM},
    "another amount": {"amount": 11 * USDC},
    "a longer window": {"valid_before": 2**41},
    "another wallet": {"wallet": wallet(2).address},
}
MISTAKES: dict[str, tuple[dict[str, Any], SettlementReason]] = {
    "not yet valid": ({"valid_after": 2**40}, SettlementReason.AUTHORIZATION_NOT_YET_VALID),
    "expired": ({"valid_before": 1_000}, SettlementReason.AUTHORIZATION_EXPIRED),
    "more than it has": ({"amount": 101 * USDC}, SettlementReason.INSUFFICIENT_FUNDS),
    "no such token": ({"token": TREASURY}, SettlementReason.TOKEN_NOT_ALLOWED),
    "no kind": ({"kind": 0}, SettlementReason.INVALID_ITEM),
    "unknown kind": ({"kind": 255}, SettlementReason.INVALID_ITEM),
    "nothing": ({"amount": 0}, SettlementReason.INVALID_ITEM),
    "no wallet": ({"wallet": ZERO_ADDRESS}, SettlementReason.INVALID_ITEM),
    "no treasury": ({"treasury": ZERO_ADDRESS}, SettlementReason.INVALID_ITEM),
    "to itself": ({"treasury": PAYER.address}, SettlementReason.INVALID_ITEM),
}


@pytest.fixture
def funded(chain: GatewayChain) -> GatewayChain:
    chain.fund([PAYER.address, wallet(2).address])
    return chain


def assert_refused(chain: GatewayChain, item: tuple[Any, ...], reason: SettlementReason) -> None:
    before = chain.balance(PAYER.address)
    outcome = chain.settle([item])
    assert outcome.reasons == [reason]
    assert list(outcome.rejected.values()) == [reason]
    assert outcome.settled == {}
    assert chain.balance(PAYER.address) == before


@pytest.mark.parametrize("changed", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_a_relayer_cannot_change_what_was_signed(
    funded: GatewayChain, changed: dict[str, Any]
) -> None:
    facts = funded.facts(PAYER.address)
    item = unlike(facts.signed_by(PAYER), facts, **changed)
    assert_refused(funded, item, SettlementReason.INVALID_SIGNATURE)


@pytest.mark.parametrize(("changed", "reason"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistaken_item_is_refused_with_its_reason(
    funded: GatewayChain, changed: dict[str, Any], reason: SettlementReason
) -> None:
    facts = funded.facts(PAYER.address)
    if "kind" in changed or "wallet" in changed:
        item = unlike(facts.signed_by(PAYER), facts, **changed)
    else:
        item = funded.facts(PAYER.address, **changed).signed_by(PAYER)
    assert_refused(funded, item, reason)


def test_the_treasury_is_never_the_gateway(funded: GatewayChain) -> None:
    facts = funded.facts(PAYER.address, treasury=funded.deployment.gateway)
    assert_refused(funded, facts.signed_by(PAYER), SettlementReason.INVALID_ITEM)


def test_an_authorisation_is_used_once(funded: GatewayChain) -> None:
    facts = funded.facts(PAYER.address)
    twice = funded.settle([facts.signed_by(PAYER)] * 2)
    assert twice.reasons == [SettlementReason.NONE, SettlementReason.AUTHORIZATION_USED]
    assert_refused(funded, facts.signed_by(PAYER), SettlementReason.AUTHORIZATION_USED)


def test_the_same_intent_signed_anew_is_not_paid_twice(funded: GatewayChain) -> None:
    facts = funded.facts(PAYER.address, key="one order")
    again = funded.facts(PAYER.address, key="one order", valid_before=2**41, amount=USDC)
    outcome = funded.settle([facts.signed_by(PAYER), again.signed_by(PAYER)])
    assert outcome.reasons == [SettlementReason.NONE, SettlementReason.AUTHORIZATION_USED]


def test_a_cancelled_authorisation_is_used(funded: GatewayChain) -> None:
    facts = funded.facts(PAYER.address)
    cancel_type = {
        "CancelAuthorization": [
            {"name": "authorizer", "type": "address"},
            {"name": "nonce", "type": "bytes32"},
        ]
    }
    domain = {
        "name": "USD Coin",
        "version": "2",
        "chainId": funded.domain.chain_id,
        "verifyingContract": funded.deployment.token,
    }
    signed = PAYER.sign_typed_data(
        domain, cancel_type, {"authorizer": PAYER.address, "nonce": facts.nonce}
    )
    cancel = funded.token.get_function_by_signature("cancelAuthorization(address,bytes32,bytes)")
    funded.send(cancel(PAYER.address, facts.nonce, bytes(signed.signature)), funded.stranger)
    assert_refused(funded, facts.signed_by(PAYER), SettlementReason.AUTHORIZATION_USED)


def test_a_high_s_signature_is_refused(funded: GatewayChain) -> None:
    facts = funded.facts(PAYER.address)
    item, v, r, s = facts.signed_by(PAYER)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high_s = (order - int.from_bytes(s, "big")).to_bytes(32, "big")
    malleated = (item, 55 - v, r, high_s)
    assert_refused(funded, malleated, SettlementReason.INVALID_SIGNATURE)


@pytest.mark.parametrize("blocked", [PAYER.address, TREASURY], ids=["wallet", "treasury"])
def test_the_tokens_blacklist_is_named(funded: GatewayChain, blocked: str) -> None:
    funded.send(funded.token.functions.blacklist(blocked))
    item = funded.facts(PAYER.address).signed_by(PAYER)
    assert_refused(funded, item, SettlementReason.BLACKLISTED)


def test_a_paused_token_is_named(funded: GatewayChain) -> None:
    funded.send(funded.token.functions.pause())
    item = funded.facts(PAYER.address).signed_by(PAYER)
    assert_refused(funded, item, SettlementReason.TOKEN_PAUSED)


def test_a_fee_is_given_back_with_its_refused_mint(funded: GatewayChain) -> None:
    free = funded.facts(PAYER.address, kind=ChainKind.REGISTRATION, amount=0)
    funded.settle([free.signed_by(PAYER)])
    paid = funded.facts(PAYER.address, kind=ChainKind.REGISTRATION)
    assert_refused(funded, paid.signed_by(PAYER), SettlementReason.IDENTITY_EXISTS)
    assert not funded.token.functions.authorizationState(PAYER.address, paid.nonce).call()


BadItem = Callable[[GatewayChain, Facts], tuple[Any, ...]]
BAD_ITEMS: dict[str, BadItem] = {
    "bad signature": lambda _, facts: facts.signed_by(wallet(999)),
    "another treasury": lambda _, facts: unlike(
        facts.signed_by(wallet(77)), facts, treasury=OTHER_TREASURY
    ),
    "no funds": lambda chain, _: chain.facts(wallet(900).address).signed_by(wallet(900)),
}


@pytest.mark.parametrize("bad", BAD_ITEMS.values(), ids=BAD_ITEMS.keys())
def test_one_bad_item_among_two_hundred_touches_no_other(chain: GatewayChain, bad: BadItem) -> None:
    wallets = [wallet(number) for number in range(200)]
    chain.fund([account.address for account in wallets])
    facts = [chain.facts(account.address) for account in wallets]
    items = [fact.signed_by(account) for fact, account in zip(facts, wallets, strict=True)]
    items[77] = bad(chain, facts[77])
    outcome = chain.settle(items)
    others = {fact.intent_id for number, fact in enumerate(facts) if number != 77}
    assert set(outcome.settled) == others
    assert len(outcome.rejected) == 1
    assert outcome.reasons[77] is not SettlementReason.NONE
    assert chain.balance(TREASURY) == 1_990 * USDC
