"""proposeWithdrawal: the program's own money, never what is owed to others."""

from dataclasses import replace

from app.domain.terms import TermsText
from tests.contracts.items import USDC
from tests.payouts.world import TEN_PERCENT, PayoutProgram, PayoutWorld
from tests.processes.watching_world import address_of
from tests.services.refusals import refused

HOME = address_of(0xABCDEF)
_AUDIT = "SELECT after FROM audit WHERE action = 'payout_batch.proposed' AND target_id = $1"
WITH_FEE: TermsText = replace(TEN_PERCENT, platform_fee_bps=100)


async def _rich(world: PayoutWorld) -> PayoutProgram:
    """100 came in: 10 are an affiliate's, 1 is the platform's."""
    program = await world.program(terms=WITH_FEE)
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 10 * USDC})
    return program


async def test_the_programs_own_money_is_withdrawn(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await _rich(world)
    with refused("AMOUNT_OUT_OF_RANGE", "amount", "amount"):
        await world.withdraw(program, "89.000001", HOME)
    made = await world.withdraw(program, "89", HOME, idempotency_key="all")
    again = await world.withdraw(program, "89", HOME, idempotency_key="all")
    assert (again.batch_id, again.replayed) == (made.batch_id, True)
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await world.withdraw(program, "88", HOME, idempotency_key="all")
    with refused("EARLIER_BATCH_OPEN"):
        await world.withdraw(program, "1", HOME)
    [audited] = await world.settling.rows(_AUDIT, str(made.batch_id))
    assert (audited["after"]["destination"], audited["after"]["platformFee"]) == (HOME, False)
    [safe_transaction] = await world.safes.listed(made.batch_id)
    assert await world.safes.execute(safe_transaction["id"], program.owners[:2])
    assert world.chain.balance(HOME) == 89 * USDC
    await world.check()


async def test_the_platforms_fee_is_paid_out_of_what_it_earned(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await _rich(world)
    with refused("AMOUNT_OUT_OF_RANGE", "amount", "amount"):
        await world.withdraw(program, "1.01", HOME, platform_fee=True)
    made = await world.withdraw(program, "1", HOME, platform_fee=True)
    [row] = await world.settling.rows("SELECT platform_fee, amount FROM withdrawal")
    assert (row["platform_fee"], row["amount"]) == (True, USDC)
    [batch] = await world.settling.rows("SELECT id, kind FROM payout_batch")
    assert (batch["id"], batch["kind"]) == (made.batch_id, "WITHDRAWAL")


async def test_nowhere_is_no_destination(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await _rich(world)
    token = world.chain.deployment.token
    for nowhere in (program.treasury, program.treasury.lower(), "0x" + "0" * 40, token):
        with refused("INVALID_INPUT", "destination"):
            await world.withdraw(program, "1", nowhere)
    world.chain.send(world.chain.token.functions.blacklist(HOME))
    with refused("INVALID_INPUT", "destination"):
        await world.withdraw(program, "1", HOME)
    with refused("UNSUPPORTED_CURRENCY", "amount", "currency"):
        await world.withdraw(program, "1 GBP", HOME)


async def test_no_rejected_withdrawal_comes_back_as_a_payout(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 10 * USDC})
    wallet = await world.settling.value("SELECT wallet FROM affiliate WHERE id = $1", ann)
    made = await world.withdraw(program, "10", wallet)
    await world.reject(program, made.batch_id)
    # The same amount to the same address at the same nonce is the same Safe transaction, and it pays the withdrawal.
    with refused("EARLIER_BATCH_OPEN", "replaces"):
        await world.create(program, replaces=made.batch_id)
    [row] = await world.settling.rows("SELECT status, death FROM safe_transaction")
    assert row == {"status": "PROPOSED", "death": "REJECTED"}
    assert await world.commissions(program) == {"PAYABLE": 10 * USDC}
    await world.check()
