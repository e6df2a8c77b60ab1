"""A stolen relayer key moves no customer's money: whoever has only that key tries everything, and burns gas.

The thief knows what everybody can see: addresses, what was settled, and an authorisation that waits in a mempool.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from app.chain.address import ZERO_ADDRESS
from app.chain.deploy import create_safe
from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import DEPLOYER_KEY, GatewayChain
from tests.contracts.items import OTHER_PROGRAM, USDC, ChainKind, Facts, unlike, wallet

PAYERS = [wallet(number) for number in range(1, 4)]
OWNERS = [wallet(number) for number in range(10, 13)]
ACCOMPLICE: LocalAccount = Account.from_key("0x" + "77" * 32)
# secp256k1's order: s and order - s are both valid for a check that does not insist on the lower one.
ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
Attack = tuple[str, Any]


@dataclass
class Scene:
    """settled: an item that was settled, as anybody can read it; waiting: one that is signed and not settled yet."""

    chain: GatewayChain
    safe: str
    thief: LocalAccount
    settled: tuple[Any, ...]
    settled_facts: Facts
    waiting: tuple[Any, ...]
    waiting_facts: Facts

    def seen(self) -> dict[str, Any]:
        """Everybody's money, and who decides about what."""
        chain, functions = self.chain, self.chain.gateway.functions
        safe = chain.contract("Safe", self.safe).functions
        holders = {
            "safe": self.safe,
            "gateway": chain.deployment.gateway,
            "thief": self.thief.address,
            "accomplice": ACCOMPLICE.address,
            **{f"payer {place}": payer.address for place, payer in enumerate(PAYERS)},
        }
        return {
            **{name: chain.balance(address) for name, address in holders.items()},
            "safe's ether": chain.web3.eth.get_balance(chain.web3.to_checksum_address(self.safe)),
            "safe's owners": (safe.getOwners().call(), safe.getThreshold().call()),
            "safe's nonce": safe.nonce().call(),
            "gateway's owner": functions.owner().call(),
            "gateway goes on": not functions.paused().call(),
            "tokens": functions.isAllowedToken(chain.deployment.token).call(),
            "accomplice relays": functions.isRelayer(ACCOMPLICE.address).call(),
            "identity's owner": chain.identity.functions.owner().call(),
            "identity's gateway": chain.identity.functions.gateway().call(),
            "identities": [
                chain.identity.functions.balanceOf(payer.address).call() for payer in PAYERS
            ],
            "allowances": [
                chain.token.functions.allowance(payer.address, self.thief.address).call()
                for payer in PAYERS
            ],
        }


@pytest.fixture
async def scene(chain: GatewayChain) -> Scene:
    """A treasury of two out of three owners; one payment settled, one on its way."""
    owners = [owner.address for owner in OWNERS]
    safe = await create_safe(
        chain.node.url, DEPLOYER_KEY, chain.deployment, owners, threshold=2, salt_nonce=77
    )
    chain.fund([*(payer.address for payer in PAYERS), safe])
    chain.node.call("anvil_setBalance", safe, hex(10**18))
    settled_facts = chain.facts(PAYERS[0].address, treasury=safe, kind=ChainKind.REGISTRATION)
    settled = settled_facts.signed_by(PAYERS[0])
    assert chain.settle([settled]).reasons == [SettlementReason.NONE]
    waiting_facts = chain.facts(PAYERS[1].address, treasury=safe)
    waiting = waiting_facts.signed_by(PAYERS[1])
    return Scene(chain, safe, chain.relayer, settled, settled_facts, waiting, waiting_facts)


def forged_items(scene: Scene) -> Iterator[Attack]:
    chain, thief = scene.chain, scene.thief
    victim = chain.facts(PAYERS[2].address, treasury=thief.address)
    item, v, r, s = scene.waiting
    high = (ORDER - int.from_bytes(s)).to_bytes(32)
    bent = {
        "to its own treasury": {"treasury": thief.address},
        "more": {"amount": 100 * USDC},
        "less": {"amount": 1},
        "from another wallet": {"wallet": PAYERS[2].address},
        "for another program": {"program": OTHER_PROGRAM},
        "of another kind": {"kind": ChainKind.REGISTRATION},
        "for longer": {"valid_before": 2**41},
        "under another key": {"key": "another"},
        "of another token": {"token": ACCOMPLICE.address},
    }
    items = {
        "nothing signed": (victim.item(), 27, bytes(32), bytes(32)),
        "signed by the thief": victim.signed_by(thief),
        "of no wallet": (
            chain.facts(ZERO_ADDRESS, treasury=thief.address).item(),
            27,
            bytes(32),
            bytes(32),
        ),
        "settled again": scene.settled,
        "settled again, to the thief": unlike(
            scene.settled, scene.settled_facts, treasury=thief.address
        ),
        "the other s, to the thief": (
            unlike(scene.waiting, scene.waiting_facts, treasury=thief.address)[0],
            55 - v,
            r,
            high,
        ),
        **{
            f"waiting, {name}": unlike(scene.waiting, scene.waiting_facts, **changed)
            for name, changed in bent.items()
        },
    }
    settle = chain.gateway.functions.settle
    for name, signed in items.items():
        yield name, settle([signed])
    yield "all of them at once", settle(list(items.values()))
    del item


def forged_contract_wallets(scene: Scene) -> Iterator[Attack]:
    """Wallets with code judge signatures by themselves: the treasury, the gateway and the token are such."""
    chain, thief = scene.chain, scene.thief
    settle = chain.gateway.functions.settleContractWallets
    addresses = {
        "the Safe": scene.safe,
        "the gateway": chain.deployment.gateway,
        "the token": chain.deployment.token,
        "a payer": PAYERS[2].address,
    }
    prevalidated = bytes(12) + bytes.fromhex(thief.address[2:]) + bytes(32) + b"\x01"
    for name, address in addresses.items():
        facts = chain.facts(address, treasury=thief.address)
        signed = facts.contract_signed_by(thief)
        yield f"{name}'s money, signed by the thief", settle([signed])
        yield f"{name}'s money, nothing signed", settle([(signed[0], b"")])
        yield f"{name}'s money, prevalidated", settle([(signed[0], prevalidated * 2)])


def administration(scene: Scene) -> Iterator[Attack]:
    chain, thief = scene.chain, scene.thief
    gateway, identity = chain.gateway.functions, chain.identity.functions
    mine = ACCOMPLICE.address
    token_id = identity.tokenIdOf(scene.settled_facts.program, PAYERS[0].address).call()
    yield "another relayer", gateway.setRelayer(mine, True)
    yield "own the gateway", gateway.transferOwnership(mine)
    yield "accept the gateway", gateway.acceptOwnership()
    yield "nobody's gateway", gateway.renounceOwnership()
    yield "pause", gateway.pause()
    yield "unpause", gateway.unpause()
    yield "another token", gateway.allowToken(mine)
    yield "no token", gateway.forbidToken(chain.deployment.token)
    yield "the inner step", gateway.executeSigned(scene.waiting)
    yield (
        "the other inner step",
        gateway.executeContractWallet(scene.waiting_facts.contract_signed_by(thief)),
    )
    yield "mint by itself", identity.mint(OTHER_PROGRAM, mine)
    yield "another gateway", identity.setGateway(mine)
    yield "own the identities", identity.transferOwnership(mine)
    yield "move an identity", identity.transferFrom(PAYERS[0].address, mine, token_id)
    yield "approve an identity", identity.approve(mine, token_id)


def token_calls(scene: Scene) -> Iterator[Attack]:
    chain, thief = scene.chain, scene.thief.address
    token, facts = chain.token.functions, scene.waiting_facts
    _, v, r, s = scene.waiting
    for to in (thief, chain.deployment.gateway):
        times = (facts.amount, facts.valid_after, facts.valid_before, facts.nonce)
        yield (
            f"receive at {to}",
            token.receiveWithAuthorization(facts.wallet, to, *times, v, r, s),
        )
    yield "take a payer's", token.transferFrom(PAYERS[2].address, thief, USDC)
    yield "take the treasury's", token.transferFrom(scene.safe, thief, USDC)
    yield "take the gateway's", token.transferFrom(chain.deployment.gateway, thief, 1)
    yield "send what it has not", token.transfer(thief, USDC)


def safe_calls(scene: Scene) -> Iterator[Attack]:
    chain, thief = scene.chain, scene.thief
    functions = chain.contract("Safe", scene.safe).functions
    pay = bytes.fromhex(
        chain.token.encode_abi("transfer", args=[thief.address, 100 * USDC]).removeprefix("0x")
    )
    rest = (0, 0, 0, ZERO_ADDRESS, ZERO_ADDRESS)
    call = (chain.deployment.token, 0, pay, 0, *rest)
    digest = bytes(functions.getTransactionHash(*call, 0).call())
    own = bytes(thief.unsafe_sign_hash(Hash32(digest)).signature)
    claimed = b"".join(
        bytes(12) + bytes.fromhex(owner.address[2:]) + bytes(32) + b"\x01" for owner in OWNERS[:2]
    )
    prevalidated = bytes(12) + bytes.fromhex(thief.address[2:]) + bytes(32) + b"\x01"
    signatures = {"nothing": b"", "the thief twice": own * 2, "owners' names": claimed}
    for name, given in (signatures | {"its own name": prevalidated * 2}).items():
        yield f"pay, signed by {name}", functions.execTransaction(*call, given)
    delegated = (ACCOMPLICE.address, 0, b"", 1, *rest)
    yield "run other code", functions.execTransaction(*delegated, prevalidated * 2)
    yield "approve by itself", functions.approveHash(digest)
    yield "one more owner", functions.addOwnerWithThreshold(thief.address, 1)
    yield "one signature", functions.changeThreshold(1)
    yield "a module", functions.enableModule(thief.address)
    yield "as a module", functions.execTransactionFromModule(chain.deployment.token, 0, pay, 0)
    yield "another fallback", functions.setFallbackHandler(thief.address)
    yield "another guard", functions.setGuard(thief.address)
    yield (
        "set up anew",
        functions.setup(
            [thief.address], 1, ZERO_ADDRESS, b"", ZERO_ADDRESS, ZERO_ADDRESS, 0, ZERO_ADDRESS
        ),
    )


def test_a_stolen_relayer_key_moves_no_customers_money(scene: Scene) -> None:
    before = scene.seen()
    ways = (forged_items, forged_contract_wallets, administration, token_calls, safe_calls)
    gas = scene.chain.web3.eth.get_balance(scene.thief.address)
    tried = 0
    for way in ways:
        for name, function in way(scene):
            tried += 1
            receipt = scene.chain.send(function, scene.thief, 8_000_000)
            # The gateway says that it rejected; nobody says that anything moved.
            assert {log["address"] for log in receipt["logs"]} <= {scene.chain.gateway.address}, (
                name
            )
        assert scene.seen() == before, way.__name__
    assert tried > 60
    assert scene.chain.web3.eth.get_balance(scene.thief.address) < gas
    # What the thief can do is what the wallet signed: its payment, to the treasury that it named.
    scene.chain.send(scene.chain.gateway.functions.settle([scene.waiting]), scene.thief)
    paid = scene.waiting_facts.amount
    assert scene.seen() == before | {
        "safe": before["safe"] + paid,
        "payer 1": before["payer 1"] - paid,
    }


def test_taking_the_key_back_takes_one_transaction(scene: Scene) -> None:
    chain = scene.chain
    fresh = Account.create()
    chain.node.call("anvil_setBalance", fresh.address, hex(10**18))
    chain.send(chain.gateway.functions.setRelayer(scene.thief.address, False))
    chain.send(chain.gateway.functions.setRelayer(fresh.address, True))
    settle = chain.gateway.functions.settle([scene.waiting])
    before = scene.seen()
    assert chain.send(settle, scene.thief)["status"] == 0
    assert scene.seen() == before
    assert chain.send(settle, fresh)["status"] == 1
    assert scene.seen()["safe"] == before["safe"] + scene.waiting_facts.amount


def test_what_a_thief_can_mint_costs_nobody_anything(scene: Scene) -> None:
    """Identities without a fee need no signature: unwanted ones are found by the watcher, which pauses the program."""
    facts = scene.chain.facts(PAYERS[2].address, kind=ChainKind.REGISTRATION, amount=0)
    before = scene.seen()
    assert scene.chain.settle([facts.signed_by(scene.thief)]).reasons == [SettlementReason.NONE]
    after = scene.seen()
    assert after.pop("identities") == [1, 0, 1]
    before.pop("identities")
    assert after == before
