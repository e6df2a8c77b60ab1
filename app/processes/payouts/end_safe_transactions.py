"""What the chain says about open Safe transactions, beside their success logs: nonces, owners, ends of relays."""

from functools import partial

from app.chain.safe import read_safe
from app.processes.payouts.paying_apart import execute_apart, only_this_program
from app.processes.settlement.settling import Settling
from app.services.payouts.finish_relay import finish_relay
from app.services.payouts.prove_dead import prove_dead
from app.services.payouts.refresh_treasury import refresh_treasury
from app.store.database import UnitOfWork
from app.store.payouts.open_safes import OpenSafe, open_safes
from app.store.payouts.relays import EndedRelay, ended_relays


async def end_safe_transactions(settling: Settling) -> None:
    """Once over every treasury of the chain with open Safe transactions; safe to repeat.

    A program whose treasury cannot be read is left to the next time.
    """
    async with settling.database.read(None) as session:
        safes = await open_safes(session, settling.chain.chain_id)
    for safe in safes:
        if settling.stopping():
            return
        with only_this_program(safe.program):
            await _look(settling, safe)
    async with settling.database.read(None) as session:
        ended = await ended_relays(session, settling.chain.chain_id)
    for one in ended:
        with only_this_program(one.program):
            end = partial(_end_relay, settling, one)
            await execute_apart(settling, one.program_id, end)
            settling.at_point("relay.ended")


async def _look(settling: Settling, safe: OpenSafe) -> None:
    read_at = settling.clock()
    now = await read_safe(settling.chain, safe.address)
    if now != safe.stored:
        refresh = partial(
            refresh_treasury, program_id=safe.program_id, safe=now, read_at=read_at, at=read_at
        )
        await execute_apart(settling, safe.program_id, refresh)
        settling.at_point("treasury.refreshed")
    if now.nonce > safe.lowest:
        await _prove(settling, safe)


async def _prove(settling: Settling, safe: OpenSafe) -> None:
    """By the very block up to which the logs are posted, whatever the node calls the block of that number."""
    block = await settling.chain.get_block(safe.block_number)
    if block is None or block.hash != safe.block_hash:
        return
    final = await read_safe(settling.chain, safe.address, safe.block_hash)
    if final.nonce <= safe.lowest:
        return

    async def prove(unit: UnitOfWork) -> None:
        await prove_dead(
            unit,
            settling.chain.chain_id,
            safe,
            used=final.nonce,
            block_at=block.at,
            at=settling.clock(),
        )
        settling.at_point("dead.proving")

    await execute_apart(settling, safe.program_id, prove)
    settling.at_point("dead.proven")


async def _end_relay(settling: Settling, ended: EndedRelay, unit: UnitOfWork) -> None:
    await finish_relay(unit, ended, settling.clock())
    settling.at_point("relay.ending")
