"""What one transaction's logs mean for each program: settled items, refused items, executions, and money without any."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.chain.logs import Rejected, SafeExecuted, Settled, TokenTransfer, WatchedLog
from app.domain.postings import MovementDirection


@dataclass(frozen=True, slots=True)
class SettledItem:
    """A Settled log with the token transfer into the treasury that the same call made; None when no money moved."""

    log: Settled
    transfer: TokenTransfer | None


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """A Rejected log about an item of ours."""

    log: Rejected


@dataclass(frozen=True, slots=True)
class TreasuryTransfer:
    """Money into or out of a treasury that no settlement explains. safe_tx_hash: when its owners sent it with that."""

    log: TokenTransfer
    direction: MovementDirection
    safe_tx_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class SafeExecution:
    """A treasury executed what its owners signed. transfers: out of it, since its execution before in the same
    transaction, in log order.
    """

    log: SafeExecuted
    transfers: tuple[TreasuryTransfer, ...]


class ReturnedLogError(Exception):
    """A settlement was undone, and its log is in the chain again, in the very block: the ledger takes a log once."""


FoundItem = SettledItem | RejectedItem | TreasuryTransfer | SafeExecution


@dataclass(frozen=True, slots=True)
class WatchedAddresses:
    """Who is who on one chain, in lower case: treasuries and on-chain names to program ids."""

    gateway: str
    treasuries: Mapping[str, int]
    programs: Mapping[bytes, int]


def items_of_transaction(
    logs: Iterable[WatchedLog], addresses: WatchedAddresses, rejected: Mapping[bytes, int]
) -> dict[int, list[FoundItem]]:
    """The items of each program in one transaction, in log order.

    rejected: the program of each item that this transaction carries for us, by the id that the gateway logs; a refusal
    of anybody else's item means nothing to us.
    """
    reading = _Reading(addresses)
    for log in logs:
        if isinstance(log, TokenTransfer):
            reading.transfer(log)
        elif isinstance(log, Settled):
            reading.settled(log)
        elif isinstance(log, SafeExecuted):
            reading.executed(log)
        elif log.intent_id in rejected:
            reading.found[rejected[log.intent_id]].append(RejectedItem(log))
    return reading.finish()


class _Reading:
    def __init__(self, addresses: WatchedAddresses) -> None:
        self.addresses = addresses
        self.found: dict[int, list[FoundItem]] = defaultdict(list)
        self._came: list[TreasuryTransfer] = []
        # Out of each treasury since its last execution.
        self._left: dict[str, list[TokenTransfer]] = defaultdict(list)
        self._executed: set[tuple[str, bytes]] = set()
        # The gateway forwards and then logs, one item after the other: the newest forward is the next item's.
        self._forwarded: dict[tuple[str, str], TokenTransfer] = {}

    def transfer(self, log: TokenTransfer) -> None:
        if not log.amount or log.sender == log.recipient:
            return
        treasuries = self.addresses.treasuries
        if log.sender in treasuries:
            self._left[log.sender].append(log)
        if log.recipient not in treasuries:
            return
        if log.sender == self.addresses.gateway:
            self._drop(self._forwarded.pop((log.recipient, log.token), None))
            self._forwarded[log.recipient, log.token] = log
        else:
            self._drop(log)

    def settled(self, log: Settled) -> None:
        program_id = self.addresses.programs.get(log.program)
        if program_id is None or self.addresses.treasuries.get(log.treasury) != program_id:
            return
        forwarded = self._forwarded.get((log.treasury, log.token)) if log.amount else None
        if forwarded is not None and forwarded.amount == log.amount:
            del self._forwarded[log.treasury, log.token]
        else:
            forwarded = None
        self.found[program_id].append(SettledItem(log, forwarded))

    def executed(self, log: SafeExecuted) -> None:
        program_id = self.addresses.treasuries.get(log.safe)
        if program_id is None:
            return
        out = MovementDirection.OUT
        transfers = tuple(
            TreasuryTransfer(one, out, log.safe_tx_hash) for one in self._left.pop(log.safe, ())
        )
        if (log.safe, log.safe_tx_hash) in self._executed:
            # A Safe executes nothing twice; code that its owners run as its own may log it ten thousand times, and each
            # would be judged, and refused, by itself.
            self.found[program_id] += transfers
            return
        self._executed.add((log.safe, log.safe_tx_hash))
        self.found[program_id].append(SafeExecution(log, transfers))

    def finish(self) -> dict[int, list[FoundItem]]:
        for log in self._forwarded.values():
            self._drop(log)
        treasuries = self.addresses.treasuries
        for one in self._came:
            self.found[treasuries[one.log.recipient]].append(one)
        for treasury, left in self._left.items():
            self.found[treasuries[treasury]] += [
                TreasuryTransfer(log, MovementDirection.OUT) for log in left
            ]
        return {
            program_id: sorted(items, key=lambda item: item.log.place.log_index)
            for program_id, items in self.found.items()
        }

    def _drop(self, log: TokenTransfer | None) -> None:
        if log is not None:
            self._came.append(TreasuryTransfer(log, MovementDirection.IN))
