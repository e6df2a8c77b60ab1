"""Contract wallets sign in: their code is asked on their chain, and can neither hang nor fool us."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.chain.address import checksum_address
from app.chain.client import Chain
from app.chain.deploy import Deployment, create_safe
from app.chain.sign_in import personal_digest
from app.chain.wallet_signature import ACCEPTED, WALLET_CODE_GAS
from app.processes import sign_in
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.contracts.conftest import deployment
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.fixtures.databases import Database as OwnDatabase
from tests.processes.signing_in import OTHER_CHAIN, Door, new_wallet, signed
from tests.services.refusals import refused
from tests.vectors.safe_signatures import join_signatures

__all__ = ["deployment"]

_NUMBERS = count(1)
_MAGIC = ACCEPTED.hex()
# Runtime code: what a contract at the address does, whatever it is asked.
HOSTILE = {
    "an endless loop": "5b600056",
    "a revert": "60006000fd",
    "a revert with the answer": f"7f{_MAGIC}60005260206000fd",
    "nothing": "00",
    "an invalid instruction": "fe",
    "an empty stack": "50",
    "400 000 bytes": "62061a806000f3",
    "more memory than its gas pays for": "63ffffffff6000f3",
    "another word": "600160005260206000f3",
    "the answer at the wrong end": "631626ba7f60005260206000f3",
    "the answer cut short": f"7f{_MAGIC}60005260046000f3",
    "the answer and more": f"7f{_MAGIC}60005260406000f3",
    "the answer, shortened by a byte": f"7f{_MAGIC}600052601f6000f3",
    "all ones": f"7f{'ff' * 32}60005260206000f3",
    # What is left of the gas is above the cap, so it says yes wherever there is none.
    "the answer for more gas than wallets get": f"7f{_MAGIC}60005262{WALLET_CODE_GAS:06x}5a1160325760006000fd5b60206000f3",
}


@pytest.fixture
async def door(module_database: OwnDatabase, anvil: Anvil) -> AsyncIterator[Door]:
    owner = await asyncpg.connect(module_database.dsn())
    await owner.execute("DELETE FROM wallet_session; DELETE FROM login_nonce")
    pool = await Database.connect(module_database.dsn("sge_api"), maximum=4)
    chain = Chain(CHAIN_ID, [anvil.url])
    yield Door(pool, owner, chain)
    await chain.close()
    await pool.close()
    await owner.close()


@pytest.fixture
def owners() -> list[LocalAccount]:
    return [Account.create() for _ in range(3)]


@pytest.fixture
async def safe(anvil: Anvil, deployment: Deployment, owners: list[LocalAccount]) -> str:
    """A real Safe, 2 of 3."""
    addresses = [owner.address for owner in owners]
    return await create_safe(
        anvil.url, DEPLOYER_KEY, deployment, addresses, threshold=2, salt_nonce=next(_NUMBERS)
    )


def safe_signed(safe: str, text: str, *owners: LocalAccount) -> bytes:
    """What the Safe's owners sign: a SafeMessage (EIP-712) that holds the hash of the text."""
    types = {"SafeMessage": [{"name": "message", "type": "bytes"}]}
    domain = {"chainId": CHAIN_ID, "verifyingContract": safe}
    message = {"message": personal_digest(text.encode())}
    return join_signatures(
        {
            owner.address: bytes(owner.sign_typed_data(domain, types, message).signature)
            for owner in owners
        }
    )


async def test_a_safe_signs_in_by_its_owners(
    door: Door, safe: str, owners: list[LocalAccount]
) -> None:
    text = door.asked(safe)
    for bad in (
        safe_signed(safe, text, owners[0]),
        safe_signed(safe, text, owners[0], new_wallet()),
        safe_signed(safe, text + " ", *owners[:2]),
        safe_signed(owners[2].address, text, *owners[:2]),
        signed(owners[0], text),
        b"",
        b"\x00" * 4096,
        b"\x00" * 4097,
    ):
        with refused("INVALID_SIGNATURE", "signature"):
            await door.login(text, bad)
    signature = safe_signed(safe, text, *owners[1:])
    logged_in = await door.login(text, signature)
    known = await door.known(logged_in.token)
    assert known is not None
    assert (known.holder.wallet, known.holder.contract_chain_id) == (safe, CHAIN_ID)
    with refused("LOGIN_EXPIRED", "message"):
        await door.login(text, signature)


async def test_an_owner_is_not_its_safe(door: Door, safe: str, owners: list[LocalAccount]) -> None:
    text = door.asked(owners[0].address)
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(text, safe_signed(safe, text, *owners[:2]))


async def test_what_a_contract_says_on_another_chain_is_said_there(
    door: Door, safe: str, owners: list[LocalAccount]
) -> None:
    """Its address may be somebody else's on the program's chain, so the session knows where it comes from."""
    text = door.asked(safe, OTHER_CHAIN)
    logged_in = await door.login(text, safe_signed(safe, text, *owners[:2]))
    known = await door.known(logged_in.token)
    assert known is not None
    assert known.holder.contract_chain_id == OTHER_CHAIN


@pytest.mark.parametrize("does", HOSTILE)
async def test_code_that_does_not_say_yes_is_a_no(door: Door, anvil: Anvil, does: str) -> None:
    wallet = new_wallet().address
    anvil.call("anvil_setCode", wallet, "0x" + HOSTILE[does])
    text = door.asked(wallet)
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(text, signed(new_wallet(), text))
    assert await door.sessions() == []


async def test_code_that_is_not_there_says_nothing(door: Door) -> None:
    """A wallet that is not deployed yet has no code to ask; an empty answer of an empty account is no yes."""
    address = checksum_address(bytes(19) + b"\xee")
    text = door.asked(address)
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(text, b"\x01" * 65)
    identity = checksum_address(bytes(19) + b"\x04")  # a precompile answers with what it was given
    text = door.asked(identity)
    with refused("INVALID_SIGNATURE", "signature"):
        await door.login(text, ACCEPTED)


async def test_a_key_with_code_signs_as_it_always_did(door: Door, anvil: Anvil) -> None:
    """EIP-7702: the key goes on holding the address."""
    wallet = new_wallet()
    anvil.call("anvil_setCode", wallet.address, "0x" + HOSTILE["a revert"])
    text = door.asked(wallet.address)
    known = await door.known((await door.login(text, signed(wallet, text))).token)
    assert known is not None
    assert known.holder.contract_chain_id is None


async def test_a_chain_that_does_not_answer_is_no_verdict(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_CODE_SECONDS", 0.3)
    silent = await asyncio.start_server(_says_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    wallet = new_wallet()
    for url in (f"http://127.0.0.1:{port}", "http://127.0.0.1:1"):
        chain = Chain(CHAIN_ID, [url])
        elsewhere = Door(door.database, door.owner, chain)
        text = elsewhere.asked(wallet.address)
        with refused("CHAIN_UNAVAILABLE", "signature"):
            await elsewhere.login(text, signed(new_wallet(), text))
        await elsewhere.login(text, signed(wallet, text))  # a key needs no chain
        await chain.close()
    silent.close()


async def _says_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(2)
    writer.close()
