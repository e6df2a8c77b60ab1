"""approvePayoutBatch: whose signatures count, over what, and how often."""

import asyncio
from dataclasses import replace

from eth_account import Account
from eth_account.messages import encode_defunct

from app.chain.client import Chain
from app.chain.deploy import create_safe
from app.processes.payouts.approve_batch import approve_payout_batch
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.payouts.paying import Paying, command_of
from tests.payouts.planted import plant
from tests.payouts.safes import sign
from tests.services.refusals import refused
from tests.services.world import key_of

_SIGNED = "SELECT count(*) FROM safe_signature"


async def test_what_is_no_owners_signature_is_refused_and_changes_nothing(paying: Paying) -> None:
    program, batch = await paying.batch(transactions=2)
    owner, other, _ = program.owners
    stranger = paying.world.watching.new_wallet()
    first, second = (sign(owner, digest) for digest in batch.hashes)
    high_s = first[:32] + bytes(32) + first[64:]
    with refused("NOT_AN_OWNER", "owner"):
        await paying.approve(program, batch, stranger)
    for wrong in (sign(other, batch.hashes[1]), first, b"", b"\x01" * 64, second + b"\x00", high_s):
        with refused("INVALID_SIGNATURE", "signatures", "1"):
            await paying.approve(program, batch, owner, signatures=[first, wrong])
    for signatures in ([], [first], [first, second, second]):
        with refused("WRONG_SIGNATURE_COUNT", "signatures"):
            await paying.approve(program, batch, owner, signatures=signatures)
    with refused("STALE_BATCH", "contentHash"):
        await paying.approve(program, batch, owner, content_hash=bytes(32))
    with refused("NOT_FOUND", "id"):
        await paying.approve(program, batch, owner, batch_id=batch.transactions[0])
    foreign = await paying.world.program()
    with refused("NOT_FOUND", "id"):
        await paying.approve(foreign, batch, owner)
    assert await paying.world.settling.value(_SIGNED) == 0
    assert await paying.states(program) == [("PROPOSED", None, False)] * 2
    await paying.world.check()


async def test_the_same_signatures_again_count_once(paying: Paying) -> None:
    program, batch = await paying.batch()
    owner, other, third = program.owners
    assert not (await paying.approve(program, batch, owner)).replayed
    before = await paying.events()
    assert (await paying.approve(program, batch, owner)).replayed
    assert await paying.events() == before
    assert await paying.states(program) == [("PROPOSED", None, False)]
    await paying.approve(program, batch, other)
    assert (await paying.approve(program, batch, other)).replayed
    with refused("INVALID_STATE", "id"):
        await paying.approve(program, batch, third)
    assert await paying.world.settling.value(_SIGNED) == 2


async def test_a_request_that_is_sent_twice_at_once_counts_once(paying: Paying) -> None:
    program, batch = await paying.batch()
    for owner in program.owners[:2]:
        outcomes = await asyncio.gather(*(paying.approve(program, batch, owner) for _ in range(4)))
        assert sorted(one.replayed for one in outcomes) == [False, True, True, True]
    assert await paying.states(program) == [("APPROVED", None, True)]
    assert len(await paying.events("payout_batch.signed")) == 2
    actions = await paying.world.settling.rows(
        "SELECT action FROM audit WHERE action LIKE 'payout%'"
    )
    assert actions == [{"action": "payout_batch.signed"}] * 2


async def test_a_wallets_prefixed_signature_counts(paying: Paying) -> None:
    program, batch = await paying.batch()
    owner, other, _ = program.owners
    message = encode_defunct(batch.hashes[0])
    prefixed = bytes(Account.sign_message(message, owner.key).signature)
    raised = prefixed[:64] + bytes([prefixed[64] + 4])
    await paying.approve(program, batch, owner, signatures=[raised])
    await paying.approve(program, batch, other)
    assert await paying.relay() == 1
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    await paying.world.check()


async def test_a_contract_owner_is_asked_as_the_safe_will_ask_it(paying: Paying) -> None:
    world = paying.world
    inner = world.watching.new_wallet()
    company = await create_safe(
        world.chain.node.url,
        DEPLOYER_KEY,
        world.chain.deployment,
        [inner.address],
        threshold=1,
        salt_nonce=7_000_001,
    )
    program, old = await paying.batch()
    await paying.safe_call(program, "addOwnerWithThreshold", company, 2, nonce=0)
    batch = await paying.again(program, old, first_nonce=1)
    preimage = world.chain.contract("Safe", program.treasury).functions.encodeTransactionData(
        *await paying.arguments(batch.transactions[0]), 1
    )
    handler = world.chain.contract("CompatibilityFallbackHandler", company)
    digest = bytes(handler.functions.getMessageHash(bytes(preimage.call())).call())
    for wrong in (sign(inner, batch.hashes[0]), b"\x01" * 70):
        with refused("INVALID_SIGNATURE", "signatures", "0"):
            await paying.approve(program, batch, inner, owner=company, signatures=[wrong])
    good = [sign(inner, digest)]
    await paying.approve(program, batch, inner, owner=company, signatures=good)
    [stored] = await world.settling.rows("SELECT owner, contract FROM safe_signature")
    assert stored == {"owner": company, "contract": True}
    await paying.approve(program, batch, program.owners[0])
    assert await paying.relay() == 1
    await paying.finish()
    assert (await paying.states(program))[-1] == ("EXECUTED", None, False)
    await world.check()


async def test_who_made_a_batch_does_not_approve_it(paying: Paying) -> None:
    world = paying.world
    program, groups = await paying.earned()
    owner = program.owners[0]
    batch = await plant(world, program, groups, created_by=f"wallet:{owner.address}")
    with refused("SELF_APPROVAL", "owner"):
        await paying.approve(program, batch, owner)
    await world.settling.run("UPDATE program SET allow_self_approval = true")
    await paying.approve(program, batch, owner)
    assert await world.settling.value(_SIGNED) == 1


async def test_what_is_rejected_replaced_or_over_takes_no_signature(paying: Paying) -> None:
    world = paying.world
    program, groups = await paying.earned()
    owner, other, _ = program.owners
    old = await plant(world, program, groups)
    await paying.give_up(program, old)
    new = await plant(world, program, [[]], replaces=old.id)
    with refused("STALE_BATCH", "id"):
        await paying.approve(program, old, owner)
    await world.settling.run(
        "UPDATE payout_batch SET rejected_by = 'me', rejected_at = now(), reject_reason = 'no',"
        " version = version + 1 WHERE id = $1",
        new.id,
    )
    with refused("INVALID_STATE", "id"):
        await paying.approve(program, new, owner)
    assert await world.safes.execute(old.transactions[0], [owner, other])
    with refused("INVALID_STATE", "id"):
        await paying.approve(program, new, other)


async def test_a_used_nonce_is_noticed_before_it_is_final(paying: Paying) -> None:
    program, batch = await paying.batch(transactions=2)
    await paying.world.safes.execute(batch.transactions[0], program.owners[:2])
    with refused("STALE_SAFE_NONCE", "id"):
        await paying.approve(program, batch, program.owners[0])


async def test_only_todays_owners_count(paying: Paying) -> None:
    world = paying.world
    program, old = await paying.batch()
    batch = await paying.again(program, old, first_nonce=1)
    leaving, staying, third = program.owners
    await paying.approve(program, batch, leaving)
    before = world.chain.contract("Safe", program.treasury).functions.getOwners().call()
    previous = dict(zip(before[1:], before, strict=False)).get(leaving.address)
    start = previous or "0x0000000000000000000000000000000000000001"
    await paying.safe_call(program, "removeOwner", start, leaving.address, 2, nonce=0)
    with refused("NOT_AN_OWNER", "owner"):
        await paying.approve(program, batch, leaving, signatures=[sign(leaving, bytes(32))])
    await paying.approve(program, batch, staying)
    assert (await paying.states(program))[-1] == ("PROPOSED", None, False)
    await paying.approve(program, batch, third)
    assert (await paying.states(program))[-1] == ("APPROVED", None, True)
    [treasury] = await world.settling.rows("SELECT owners, nonce FROM treasury")
    assert leaving.address not in treasury["owners"]
    assert await paying.relay() == 0  # the owners' own transaction is not final yet
    await paying.finish()
    assert await paying.relay() in {0, 1}
    await paying.finish()
    assert (await paying.states(program))[-1] == ("EXECUTED", None, False)
    await world.check()


async def test_owners_who_sign_at_the_same_time_are_counted_each(paying: Paying) -> None:
    program, batch = await paying.batch(transactions=2)
    outcomes = await asyncio.gather(
        *(paying.approve(program, batch, owner) for owner in program.owners[:2])
    )
    assert [one.replayed for one in outcomes] == [False, False]
    assert await paying.states(program) == [("APPROVED", None, True)] * 2
    assert (
        await paying.world.settling.value("SELECT count(*) FROM journal WHERE kind = 'PAYOUT_HOLD'")
        == 2
    )
    await paying.world.check()


async def test_a_chain_that_is_away_approves_nothing(paying: Paying) -> None:
    program, batch = await paying.batch()
    command = command_of(batch, program.owners[0])
    async with Chain(CHAIN_ID, ["http://127.0.0.1:9"], timeout_seconds=1) as away:
        parts = replace(paying.world.payouts, chains={CHAIN_ID: away})
        with refused("CHAIN_UNAVAILABLE", "id"):
            await approve_payout_batch(parts, key_of(program.id), command)
    assert await paying.world.settling.value(_SIGNED) == 0


async def test_a_claim_without_a_key_is_no_signature(paying: Paying) -> None:
    """The Safe knows hashes that owners approved on chain (v = 1); anybody can write that down."""
    program, batch = await paying.batch()
    owner = program.owners[0]
    claim = bytes(12) + bytes.fromhex(owner.address[2:]) + bytes(32) + b"\x01"
    with refused("INVALID_SIGNATURE", "signatures", "0"):
        await paying.approve(program, batch, owner, signatures=[claim])
