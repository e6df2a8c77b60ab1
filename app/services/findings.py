"""What one transaction's logs mean for each program: settled items, refused items, and money that neither explains."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.chain.logs import LogPlace, Rejected, SafeExecuted, Settled, TokenTransfer, WatchedLog
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
    """Money into or out of a treasury that no settlement explains. safe_tx_hash: when the treasury's owners sent it."""

    log: TokenTransfer
    direction: MovementDirection
    safe_tx_hash: bytes | None = None


FoundItem = SettledItem | RejectedItem | TreasuryTransfer


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
            reading.safes[log.safe] = log.safe_tx_hash
        elif log.intent_id in rejected:
            reading.found[rejected[log.intent_id]].append(RejectedItem(log))
    return reading.finish()


class _Reading:
    def __init__(self, addresses: WatchedAddresses) -> None:
        self.addresses = addresses
        self.found: dict[int, list[FoundItem]] = defaultdict(list)
        self.safes: dict[str, bytes] = {}
        self._unclaimed: list[TreasuryTransfer] = []
        # The gateway forwards and then logs, one item after the other: the newest forward is the next item's.
        self._forwarded: dict[tuple[str, str], TokenTransfer] = {}

    def transfer(self, log: TokenTransfer) -> None:
        if not log.amount or log.sender == log.recipient:
            return
        treasuries = self.addresses.treasuries
        if log.sender in treasuries:
            self._unclaimed.append(TreasuryTransfer(log, MovementDirection.OUT))
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

    def finish(self) -> dict[int, list[FoundItem]]:
        for log in self._forwarded.values():
            self._drop(log)
        for one in self._unclaimed:
            out = one.direction is MovementDirection.OUT
            owner = one.log.sender if out else one.log.recipient
            safe_tx_hash = self.safes.get(owner) if out else None
            item = TreasuryTransfer(one.log, one.direction, safe_tx_hash)
            self.found[self.addresses.treasuries[owner]].append(item)
        return {
            program_id: sorted(items, key=lambda item: item.log.place.log_index)
            for program_id, items in self.found.items()
        }

    def _drop(self, log: TokenTransfer | None) -> None:
        if log is not None:
            self._unclaimed.append(TreasuryTransfer(log, MovementDirection.IN))


def place_of(item: FoundItem) -> LogPlace:
    """Where the item's own log is."""
    return item.log.place
