"""What Python computes by hand is what the contracts compute."""

from eth_account import Account
from eth_account.messages import encode_typed_data

from app.chain.authorization import (
    authorization_nonce,
    intent_chain_id,
    key_hash,
    receive_authorization_typed_data,
)
from app.chain.signature import recover_signer
from app.domain.intents import SIGNED_KINDS
from tests.contracts.gateway_chain import TREASURY, GatewayChain
from tests.contracts.items import OTHER_PROGRAM, PROGRAM, wallet


def test_intent_id_and_nonce_are_the_gateways(chain: GatewayChain) -> None:
    hashed = key_hash("u:order-42")
    functions = chain.gateway.functions
    for program in (PROGRAM, OTHER_PROGRAM):
        assert functions.intentId(program, hashed).call() == intent_chain_id(program, hashed)
        for number in (kind.chain_kind for kind in SIGNED_KINDS):
            ours = authorization_nonce(program, TREASURY, number, hashed)
            assert functions.authorizationNonce(program, TREASURY, number, hashed).call() == ours


def test_domain_separator_is_the_tokens(chain: GatewayChain) -> None:
    assert chain.token.functions.DOMAIN_SEPARATOR().call() == chain.domain.separator()


def test_a_wallet_that_signs_the_typed_data_signs_the_digest(chain: GatewayChain) -> None:
    facts = chain.facts(wallet(1).address)
    typed_data = receive_authorization_typed_data(chain.domain, facts.authorization())
    signed = Account.sign_message(encode_typed_data(full_message=typed_data), wallet(1).key)
    assert bytes(signed.message_hash) == facts.digest()
    assert recover_signer(facts.digest(), bytes(signed.signature)) == wallet(1).address
