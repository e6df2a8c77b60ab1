"""Money that moved without a reason we know: into SUSPENSE, with a discrepancy for a person to resolve."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.domain.actors import WATCHER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.money import Money
from app.domain.postings import Journal, Movement, MovementDirection
from app.domain.settlement_postings import movement_reference, unexplained_journal
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.services.findings.settled_items import movement_of
from app.services.findings.transaction_findings import SettledItem, TreasuryTransfer
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.database import UnitOfWork
from app.store.discrepancies import rows as discrepancies


@dataclass(frozen=True, slots=True)
class SmallInflow:
    """A transfer that is too small to be reported by itself. day: of its block, in program time."""

    journal: Journal
    amount: Money
    day: date

    def discrepancy(self, limit: int) -> NewDiscrepancy:
        """The one that all small ones of a day and currency share while it is open; its `actual` grows."""
        code = self.amount.currency
        return NewDiscrepancy(
            DiscrepancyKind.UNEXPLAINED_INFLOW,
            Severity.WARNING,
            f"small:{code}:{self.day.isoformat()}",
            f"Transactions of {self.day.isoformat()} that brought at most {limit} {code} (smallest units) each; nothing"
            " explains them.",
            actual=str(self.amount.units),
        )


@dataclass
class Unexplained:
    """What is to be posted and reported together. small: reported with others of its day; limits: by currency, in its
    smallest units.
    """

    journals: list[Journal] = field(default_factory=list)
    discrepancies: list[NewDiscrepancy] = field(default_factory=list)
    small: list[SmallInflow] = field(default_factory=list)
    limits: Mapping[str, int] = field(default_factory=dict)


def prepare_unexplained(
    program: WatchedProgram,
    place: SettlementPlace,
    transfers: Sequence[TreasuryTransfer],
    not_proven: Sequence[SettledItem],
    effective_at: datetime,
    *,
    limits: Mapping[str, int],
) -> Unexplained:
    """Transfers that no settlement explains, and settlements that no intent here asked for. What came in one transaction
    is one sum of each currency. limits: up to which a sum is small, in smallest units.
    """
    waiting = Unexplained(limits=limits)
    came: dict[str, list[tuple[TreasuryTransfer, Movement]]] = defaultdict(list)
    for item in transfers:
        currency = program.tokens.get(item.log.token)
        if currency is None:
            continue  # a token that this program keeps no books of
        movement = movement_of(item.log, item.direction, Money(item.log.amount, currency), place)
        if item.direction is MovementDirection.IN:
            came[currency].append((item, movement))
            continue
        waiting.journals.append(unexplained_journal(movement, effective_at))
        waiting.discrepancies.append(_of_transfer(item, movement))
    for group in came.values():
        _add_inflow(waiting, group, effective_at)
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


def _add_inflow(
    waiting: Unexplained,
    group: Sequence[tuple[TreasuryTransfer, Movement]],
    effective_at: datetime,
) -> None:
    """Of one transaction and currency: one journal, and one discrepancy or a part of one."""
    (item, movement), *others = group
    journal = unexplained_journal(movement, effective_at, *(one for _, one in others))
    waiting.journals.append(journal)
    [line] = journal.transfers
    if line.amount.units <= waiting.limits.get(line.amount.currency, 0):
        waiting.small.append(SmallInflow(journal, line.amount, effective_at.date()))
        return
    found = _of_transfer(item, movement)
    if others:
        found = replace(
            found,
            message=f"{line.amount.units} {line.amount.currency} (smallest units) came in {len(group)} transfers of"
            f" transaction 0x{item.log.place.tx_hash.hex()}, block {movement.block_number}; nothing explains them.",
            actual=str(line.amount.units),
        )
    waiting.discrepancies.append(found)


async def hold_reported(unit: UnitOfWork, program_id: int, waiting: Unexplained) -> None:
    """Before accounts, as everybody does: the program, which something critical pauses, and what is open and is added to,
    as who explains it does.
    """
    if any(one.severity is Severity.CRITICAL for one in waiting.discrepancies):
        await discrepancies.hold_program(unit, program_id)
    for one in waiting.small:
        found = one.discrepancy(waiting.limits[one.amount.currency])
        await discrepancies.hold_open(unit, found.kind, found.reference)


async def report_unexplained(
    unit: UnitOfWork,
    program_id: int,
    waiting: Unexplained,
    journal_ids: Mapping[str, int],
    at: datetime,
) -> None:
    """After the posting. journal_ids: by reference."""
    for found in waiting.discrepancies:
        await open_discrepancy(unit, program_id, found, WATCHER, at)
    for one in waiting.small:
        found = one.discrepancy(waiting.limits[one.amount.currency])
        opened = await discrepancies.hold_open(unit, found.kind, found.reference)
        if opened is not None:
            await discrepancies.add_to_actual(unit, opened, one.amount.units)
        else:
            opened = await open_discrepancy(unit, program_id, found, WATCHER, at)
        assert opened is not None
        await discrepancies.note_small(unit, journal_ids[one.journal.reference], opened)


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
