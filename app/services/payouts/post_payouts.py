"""What a final success log of a Safe proves: the payouts of a Safe transaction that we know, whoever sent it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.actors import WATCHER
from app.domain.money import Money
from app.domain.postings import Journal, Movement, MovementDirection
from app.domain.states import SafeTransactionStatus
from app.services.findings.settled_items import movement_of
from app.services.findings.transaction_findings import FoundItem, SafeExecution, TreasuryTransfer
from app.services.payouts.approve_ready import PAY
from app.services.payouts.end_payouts import Proof, dead_events, dead_moves, free_what_is_dead
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.services.payouts.payout_events import paid_events
from app.services.payouts.payout_journals import Payouts, executed, releases
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.payout_lines import pay_lines
from app.store.payouts.payouts_to_post import PayoutRow, note_logs, payouts_of
from app.store.payouts.safe_moves import End, SafeMove
from app.store.payouts.safe_rows import SafeRow
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import lock_program

_REASON = "another Safe transaction used its nonce"


class PayoutMismatchError(Exception):
    """A Safe transaction of ours was executed, and its Transfers are not those that its owners signed for."""


@dataclass(frozen=True, slots=True)
class ProvenExecution:
    """One Safe transaction that was executed, with its payouts; paid: the Transfer of each."""

    row: SafeRow
    payouts: Sequence[PayoutRow]
    paid: Sequence[TreasuryTransfer]
    log_index: int

    @property
    def logs(self) -> list[tuple[UUID, int]]:
        """Each payout with the index of its Transfer."""
        return [
            (payout.id, paid.log.place.log_index)
            for payout, paid in zip(self.payouts, self.paid, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ProvenPayouts:
    """What one transaction's executions come to. dead: open ones whose nonce they used."""

    executed: Sequence[ProvenExecution] = ()
    dead: Sequence[SafeRow] = ()
    journals: Sequence[Journal] = ()


async def known_executions(
    unit: UnitOfWork, program_id: int, items: Sequence[FoundItem]
) -> tuple[list[SafeExecution], list[FoundItem]]:
    """Executions of Safe transactions that we know and have not posted; and the other items, other executions as the
    transfers they made: a Safe executes nothing twice, but code that its owners run as its own can log what it likes.
    """
    hashes = [item.log.safe_tx_hash for item in items if isinstance(item, SafeExecution)]
    if not hashes:
        return [], list(items)
    known = await safe_rows.by_hash(unit, program_id, hashes)
    ours: list[SafeExecution] = []
    others: list[FoundItem] = []
    for item in items:
        if not isinstance(item, SafeExecution):
            others.append(item)
        elif _is_to_post(known.get(item.log.safe_tx_hash)):
            ours.append(item)
        else:
            # Movements of one that was posted before are claimed, and left out for that.
            others.extend(item.transfers)
    unit.wake(PAY)
    return ours, others


def _is_to_post(row: SafeRow | None) -> bool:
    return row is not None and row.status is not SafeTransactionStatus.EXECUTED


async def prepare_payouts(
    unit: UnitOfWork,
    program: WatchedProgram,
    place: SettlementPlace,
    executions: Sequence[SafeExecution],
    effective_at: datetime,
) -> ProvenPayouts:
    """Locks and compares; nothing is written yet. Raises PayoutMismatchError."""
    if not executions:
        return ProvenPayouts()
    # A discrepancy may pause the program in this transaction, so its row comes first and not shared.
    await lock_program(unit, program.id)
    await lock_treasury(unit, program.id)
    rows = await safe_rows.lock_open(unit, program.id)
    mine = {row.hash: row for row in rows}
    lost = [one for one in executions if one.log.safe_tx_hash not in mine]
    if lost:
        raise PayoutMismatchError("a Safe transaction was executed that was taken for dead")
    done = [mine[one.log.safe_tx_hash] for one in executions]
    nonces = {row.nonce for row in done}
    dead = [row for row in rows if row.nonce in nonces and row not in done]
    payouts = await payouts_of(unit, program.id, [row.id for row in (*done, *dead)])
    proven = [compared(program, mine[one.log.safe_tx_hash], payouts, one) for one in executions]
    journals = releases(dead, payouts, effective_at)
    journals += [
        executed(one.row, payouts, _movements(one, place), effective_at)
        for one in proven
        if one.row.currency is not None
    ]
    return ProvenPayouts(proven, dead, journals)


async def confirm_payouts(
    unit: UnitOfWork,
    program_id: int,
    place: SettlementPlace,
    proven: ProvenPayouts,
    journal_ids: Mapping[str, int],
    *,
    paid_at: datetime,
    at: datetime,
) -> None:
    """Writes all that follows, the ledger being posted. journal_ids: by reference. paid_at: program time."""
    if not proven.executed:
        return
    proof = Proof(paid_at, _REASON)
    moves = dead_moves(proven.dead, proof)
    moves += [_executed(one, place, journal_ids, paid_at) for one in proven.executed]
    told = [
        Told("payout_batch.transaction_executed", [one.row.id], _where(place))
        for one in proven.executed
    ]
    told += dead_events(proven.dead, proof)
    batches = await move_safe_transactions(unit, program_id, moves, told, actor=WATCHER, at=at)
    ids = [one.row.id for one in proven.executed]
    await pay_lines(unit, program_id, ids, paid_at=paid_at, actor=WATCHER, at=at)
    await free_what_is_dead(unit, program_id, proven.dead, proof, actor=WATCHER, at=at)
    for one in proven.executed:
        if one.row.currency is None:
            continue
        newest = [batch.id for batch in batches if one.row.id in batch.safe_transactions][-1]
        await note_logs(unit, program_id, one.logs)
        for event in paid_events(one.payouts, one.row.currency, place.tx_hash, newest, at):
            unit.record(event, program_id)


def compared(
    program: WatchedProgram, row: SafeRow, payouts: Payouts, item: SafeExecution
) -> ProvenExecution:
    """Tokens that the program keeps no books of say nothing. Raises PayoutMismatchError."""
    paid = [one for one in item.transfers if one.log.token in program.tokens]
    planned = [(row.token.lower(), one.destination.lower(), one.amount) for one in payouts[row.id]]
    seen = [(one.log.token, one.log.recipient, one.log.amount) for one in paid]
    if planned != seen:
        raise PayoutMismatchError(
            f"Safe transaction 0x{row.hash.hex()} was to make {len(planned)} transfers,"
            f" and made {len(seen)} that are not all the same"
        )
    return ProvenExecution(row, payouts[row.id], paid, item.log.place.log_index)


def _movements(one: ProvenExecution, place: SettlementPlace) -> list[Movement]:
    currency = one.row.currency
    assert currency is not None
    return [
        movement_of(paid.log, MovementDirection.OUT, Money(paid.log.amount, currency), place)
        for paid in one.paid
    ]


def _executed(
    one: ProvenExecution,
    place: SettlementPlace,
    journal_ids: Mapping[str, int],
    paid_at: datetime,
) -> SafeMove:
    pays = one.row.currency is not None
    end = End(
        at=paid_at,
        tx_hash=place.tx_hash,
        block_number=place.block_number,
        block_hash=place.block_hash,
        log_index=one.log_index,
        journal_id=journal_ids[f"0x{one.row.hash.hex()}"] if pays else None,
    )
    reason = f"executed in block {place.block_number}"
    return SafeMove(one.row, SafeTransactionStatus.EXECUTED, reason, end=end)


def _where(place: SettlementPlace) -> dict[str, object]:
    return {"transactionHash": f"0x{place.tx_hash.hex()}", "block": place.block_number}
