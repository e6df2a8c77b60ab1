"""Money and settlements that no intent explains."""

from tests.contracts.items import USDC, ChainKind
from tests.processes.watching_world import WatchingWorld

_FOUND = "SELECT kind, severity FROM discrepancy ORDER BY kind, severity"


async def test_money_that_comes_without_a_reason_waits_in_suspense(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    await world.turn()
    world.settling.gateway_chain.fund([program.treasury], 7 * USDC)
    world.mine()
    await world.turn()
    await world.turn()
    assert await world.balances(program) == {("DEPOSIT", 0): -7 * USDC, ("SUSPENSE", 0): 7 * USDC}
    assert await world.settling.rows(_FOUND) == [
        {"kind": "UNEXPLAINED_INFLOW", "severity": "WARNING"}
    ]
    assert await world.settling.value("SELECT status FROM program") == "ACTIVE"
    await world.check()


async def test_money_that_leaves_without_a_reason_pauses_the_program(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    owner = world.new_wallet()
    program = await world.program(treasury=owner.address)
    chain = world.settling.gateway_chain
    chain.fund([owner.address], 7 * USDC)
    chain.node.call("anvil_setBalance", owner.address, hex(10**18))
    chain.send(chain.token.functions.transfer(chain.stranger.address, 2 * USDC), owner, 100_000)
    # Neither of these moves anything.
    chain.send(chain.token.functions.transfer(owner.address, USDC), owner, 100_000)
    chain.send(chain.token.functions.transfer(chain.stranger.address, 0), owner, 100_000)
    world.mine()
    await world.turn()
    assert await world.balances(program) == {
        ("DEPOSIT", 0): -7 * USDC,
        ("PAID_OUT", 0): 2 * USDC,
        ("SUSPENSE", 0): 5 * USDC,
    }
    assert await world.settling.rows(_FOUND) == [
        {"kind": "UNEXPLAINED_INFLOW", "severity": "WARNING"},
        {"kind": "UNEXPLAINED_OUTFLOW", "severity": "CRITICAL"},
    ]
    [row] = await world.settling.rows("SELECT status, paused_by, version FROM program")
    assert row == {"status": "PAUSED", "paused_by": "job:watch_chain", "version": 2}
    actions = await world.settling.rows("SELECT action, actor FROM audit ORDER BY at")
    for action in ("program.paused", "discrepancy.opened"):
        assert {"action": action, "actor": "job:watch_chain"} in actions
    await world.check()


async def test_a_transfer_between_two_treasuries_is_one_movement_of_each(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    owner = world.new_wallet()
    giver, taker = await world.program(treasury=owner.address), await world.program()
    chain = world.settling.gateway_chain
    chain.fund([owner.address], 7 * USDC)
    chain.node.call("anvil_setBalance", owner.address, hex(10**18))
    chain.send(chain.token.functions.transfer(taker.treasury, 3 * USDC), owner, 100_000)
    world.mine()
    await world.turn()
    assert (await world.balances(giver))[("PAID_OUT", 0)] == 3 * USDC
    assert (await world.balances(taker))[("SUSPENSE", 0)] == 3 * USDC
    await world.check()


async def test_a_mint_without_its_fee_is_no_settlement_of_the_intent(
    watching_world: WatchingWorld,
) -> None:
    """A relayer's word alone stands behind a registration without a fee."""
    world = watching_world
    program = await world.program()
    payer = world.new_wallet()
    key = await world.register(program, payer, amount=5 * USDC)
    chain = world.settling.gateway_chain
    facts = chain.facts(
        payer.address,
        program=program.public_id.bytes + bytes(16),
        treasury=program.treasury,
        key=key,
        kind=ChainKind.REGISTRATION,
        amount=0,
    )
    chain.send(chain.gateway.functions.settle([facts.signed_by(payer)]), chain.relayer)
    world.mine()
    await world.turn()
    assert await world.statuses(program) == [("PENDING", "QUEUED")]
    assert await world.settling.rows(_FOUND) == [
        {"kind": "SETTLEMENT_NOT_ON_CHAIN", "severity": "CRITICAL"}
    ]
    assert await world.settling.value("SELECT status FROM program") == "PAUSED"
    assert await world.settling.value("SELECT registered_at FROM program_user") is None
    await world.check()


async def test_a_settlement_that_nobody_here_asked_for_leaves_its_money_in_suspense(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    await world.turn()
    payer = world.new_wallet()
    chain = world.settling.gateway_chain
    chain.fund([payer.address], 10 * USDC)
    facts = chain.facts(
        payer.address,
        program=program.public_id.bytes + bytes(16),
        treasury=program.treasury,
        key="unknown here",
    )
    chain.send(chain.gateway.functions.settle([facts.signed_by(payer)]), chain.relayer)
    world.mine()
    await world.turn()
    assert (await world.balances(program))[("SUSPENSE", 0)] == 10 * USDC
    assert await world.settling.rows(_FOUND) == [
        {"kind": "SETTLEMENT_NOT_ON_CHAIN", "severity": "CRITICAL"},
        {"kind": "UNEXPLAINED_INFLOW", "severity": "WARNING"},
    ]
    await world.check()
