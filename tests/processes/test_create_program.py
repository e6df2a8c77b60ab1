"""A program's treasury is what the chain says it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from app.chain.client import Chain
from app.chain.deploy import create_safe
from app.chain.safe import NotASafe, read_safe
from app.domain.chains import ChainFacts
from app.domain.money import Currency
from app.processes.create_program import create_program_from_chain
from app.services.programs.create_program import ProgramResult
from app.services.programs.new_program import CreateProgram
from app.store.database import Database
from app.store.programs import find_program_id
from tests.contracts.gateway_chain import DEPLOYER_KEY, GatewayChain
from tests.contracts.items import USDC as ONE
from tests.contracts.items import wallet
from tests.fixtures.databases import Database as OwnDatabase
from tests.services.refusals import refused
from tests.services.world import PLATFORM, START, RecordingBells, program_command

OWNERS = [wallet(number).address for number in range(3)]


class Treasuries:
    """createProgram on a real chain."""

    def __init__(self, chain: GatewayChain, client: Chain, database: Database) -> None:
        self.chain = chain
        self.client = client
        self.database = database
        self.chain_id = chain.domain.chain_id
        token = chain.deployment.token
        usdc = Currency("USDC", 6, token, self.chain_id, "USD Coin", "2")
        self.facts = {
            self.chain_id: ChainFacts(
                self.chain_id, chain.deployment.gateway, {"USDC": usdc}, 2, production=False
            )
        }

    async def safe(self, threshold: int = 2) -> str:
        return await create_safe(
            self.chain.node.url,
            DEPLOYER_KEY,
            self.chain.deployment,
            OWNERS,
            threshold=threshold,
            salt_nonce=uuid4().int,
        )

    async def create(self, command: CreateProgram) -> ProgramResult:
        return await create_program_from_chain(
            self.database,
            RecordingBells(),
            {self.chain_id: self.client},
            self.facts,
            authority=PLATFORM,
            command=replace(command, chain_id=self.chain_id),
            now=START,
        )


@pytest.fixture
async def treasuries(
    chain: GatewayChain,
    database: OwnDatabase,
) -> AsyncIterator[Treasuries]:
    api = await Database.connect(database.dsn("sge_api"))
    async with Chain(chain.domain.chain_id, [chain.node.url]) as client:
        yield Treasuries(chain, client, api)
    await api.close()


async def test_the_safe_and_its_final_balance_are_read(treasuries: Treasuries) -> None:
    safe = await treasuries.safe()
    treasuries.chain.fund([safe], 7 * ONE)
    treasuries.chain.node.call("anvil_mine", "0x2")
    treasuries.chain.fund([safe], 5 * ONE)
    head = await treasuries.client.block_number()
    made = await treasuries.create(program_command(treasury=safe))
    async with treasuries.database.read(made.program_id) as session:
        row = await session.connection.fetchrow("SELECT * FROM treasury")
        opening = await session.connection.fetchval("SELECT sum(amount) FROM movement")
        through = await session.connection.fetchval("SELECT block_number FROM consumed_through")
    assert row is not None
    assert (row["address"], row["threshold"], row["safe_version"]) == (safe, 2, "1.4.1")
    assert sorted(row["owners"]) == sorted(OWNERS)
    # What came in after the final block is found by watching, not counted twice.
    assert (opening, through) == (7 * ONE, head - 2)


async def test_a_safe_that_is_younger_than_the_final_block_will_do(treasuries: Treasuries) -> None:
    safe = await treasuries.safe()
    made = await treasuries.create(program_command(treasury=safe))
    async with treasuries.database.read(made.program_id) as session:
        assert await session.connection.fetchval("SELECT count(*) FROM movement") == 0


async def test_equal_inputs_give_the_same_program(treasuries: Treasuries) -> None:
    command = program_command(treasury=await treasuries.safe())
    results = await asyncio.gather(*(treasuries.create(command) for _ in range(5)))
    assert len(set(results)) == 1
    assert await treasuries.create(command) == results[0]
    with refused("ALREADY_EXISTS", "slug"):
        await treasuries.create(replace(command, name="Another name"))
    with refused("TREASURY_TAKEN", "treasury"):
        await treasuries.create(replace(command, slug="another-slug"))


async def test_what_is_no_safe_is_refused(treasuries: Treasuries) -> None:
    deployed = treasuries.chain.deployment
    for address in (wallet(5).address, deployed.token, deployed.gateway, deployed.multisend):
        with refused("NOT_A_SAFE", "treasury"):
            await treasuries.create(program_command(treasury=address))
    # The singleton itself has a threshold of one and no owners.
    with pytest.raises(NotASafe):
        await read_safe(treasuries.client, deployed.safe_singleton)


async def test_an_unknown_version_is_refused(treasuries: Treasuries) -> None:
    safe = await treasuries.safe()
    proxied = treasuries.chain.deployment.safe_singleton
    code: str = treasuries.chain.node.call("eth_getCode", proxied, "latest")
    older = code.replace(b"1.4.1".hex(), b"1.2.0".hex())
    assert older != code
    treasuries.chain.node.call("anvil_setCode", proxied, older)
    with refused("UNSUPPORTED_SAFE_VERSION", "treasury"):
        await treasuries.create(program_command(treasury=safe))


async def test_a_chain_that_does_not_answer(treasuries: Treasuries) -> None:
    async with Chain(treasuries.chain_id, ["http://127.0.0.1:9"]) as nobody:
        treasuries.client = nobody
        command = program_command()
        with refused("CHAIN_UNAVAILABLE", "chainId"):
            await treasuries.create(command)
    async with treasuries.database.read(None) as session:
        assert await find_program_id(session, slug=command.slug) is None
