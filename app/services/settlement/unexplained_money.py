"""Money that moved without a reason we know: into SUSPENSE, with a discrepancy for a person to resolve."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.actors import WATCHER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.money import Money
from app.domain.postings import Journal, Movement, MovementDirection
from app.domain.settlement_postings import movement_reference, unexplained_journal
from app.services.corrections.open_discrepancy import open_discrepancy
from app.services.settlement.findings import SettledItem, TreasuryTransfer
from app.services.settlement.settled_items import movement_of
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.database import UnitOfWork


@dataclass
class Unexplained:
    """What is to be posted and reported together."""

    journals: list[Journal] = field(default_factory=list)
    discrepancies: list[NewDiscrepancy] = field(default_factory=list)


def prepare_unexplained(
    program: WatchedProgram,
    place: SettlementPlace,
    transfers: Sequence[TreasuryTransfer],
    not_proven: Sequence[SettledItem],
    effective_at: datetime,
) -> Unexplained:
    """Transfers that no settlement explains, and settlements that no intent here asked for."""
    waiting = Unexplained()
    for item in transfers:
        currency = program.tokens.get(item.log.token)
        if currency is None:
            continue  # a token that this program keeps no books of
        movement = movement_of(item.log, item.direction, Money(item.log.amount, currency), place)
        waiting.journals.append(unexplained_journal(movement, effective_at))
        waiting.discrepancies.append(_of_transfer(item, movement))
    for one in not_proven:
        _add_not_proven(waiting, program, place, one, effective_at)
    return waiting


def unexplained_transfer(
    program: WatchedProgram, place: SettlementPlace, item: TreasuryTransfer
) -> NewDiscrepancy | None:
    """What is reported of it at finality too, by the same name; None for a token that the program keeps no books of."""
    currency = program.tokens.get(item.log.token)
    if currency is None:
        return None
    amount = Money(item.log.amount, currency)
    return _of_transfer(item, movement_of(item.log, item.direction, amount, place))


async def report_unexplained(
    unit: UnitOfWork, program_id: int, waiting: Unexplained, at: datetime
) -> None:
    for found in waiting.discrepancies:
        await open_discrepancy(unit, program_id, found, WATCHER, at)


def _of_transfer(item: TreasuryTransfer, movement: Movement) -> NewDiscrepancy:
    amount = f"{movement.amount.units} {movement.amount.currency} (smallest units)"
    where = f"transaction 0x{item.log.place.tx_hash.hex()}, block {movement.block_number}"
    if item.direction is MovementDirection.IN:
        return NewDiscrepancy(
            DiscrepancyKind.UNEXPLAINED_INFLOW,
            Severity.WARNING,
            movement_reference(movement),
            f"{amount} came from {item.log.sender} in {where}; nothing explains it.",
            actual=str(movement.amount.units),
        )
    by = f" by Safe transaction 0x{item.safe_tx_hash.hex()}" if item.safe_tx_hash else ""
    return NewDiscrepancy(
        DiscrepancyKind.UNEXPLAINED_OUTFLOW,
        Severity.CRITICAL,
        movement_reference(movement),
        f"{amount} went to {item.log.recipient}{by} in {where}; nothing explains it.",
        actual=str(movement.amount.units),
        recipient=item.log.recipient,
    )


def _add_not_proven(
    waiting: Unexplained,
    program: WatchedProgram,
    place: SettlementPlace,
    item: SettledItem,
    effective_at: datetime,
) -> None:
    """The gateway settled something else than an intent asked for (a mint without its fee, another amount, an item that
    nobody here knows): a relayer's key is in other hands, or intents were lost.
    """
    log = item.log
    message = (
        f"The gateway settled item 0x{log.intent_id.hex()} of {log.wallet} in transaction"
        f" 0x{place.tx_hash.hex()}; no open intent here asked for exactly that."
    )
    waiting.discrepancies.append(
        NewDiscrepancy(
            DiscrepancyKind.SETTLEMENT_NOT_ON_CHAIN,
            Severity.CRITICAL,
            f"{place.chain_id}:0x{place.block_hash.hex()}:{log.place.log_index}",
            message,
        )
    )
    currency = program.tokens.get(log.token)
    if item.transfer is None or currency is None:
        return
    amount = Money(item.transfer.amount, currency)
    movement = movement_of(item.transfer, MovementDirection.IN, amount, place)
    waiting.journals.append(unexplained_journal(movement, effective_at))
    waiting.discrepancies.append(
        NewDiscrepancy(
            DiscrepancyKind.UNEXPLAINED_INFLOW,
            Severity.WARNING,
            movement_reference(movement),
            message,
            actual=str(amount.units),
        )
    )
