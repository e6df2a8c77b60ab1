"""What to export. Which conditions a kind knows is checked here: an unknown one would export too much."""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from graphql import GraphQLError

from app.domain.errors import Refusal, RefusalCode
from app.domain.exports import ExportKind
from app.domain.payouts import PayoutPurpose, PayoutStatus
from app.domain.postings import JournalKind
from app.domain.states import CommissionStatus, IntentStatus
from app.domain.strict_json import MalformedDocument, Place
from schema.ids import IdPrefix, decode_id
from schema.inputs.intents import IntentKind
from schema.scalars import parse_date_time, parse_hex, read_address

strawberry.enum(ExportKind, name="ExportKind")

_MOST_LEVELS = 100
_MOST_ROWS = 2**63 - 1
Reader = Callable[[Place], Any]


def _any_of(names: Iterable[str]) -> Reader:
    allowed = tuple(str(name) for name in names)
    return lambda place: [one.text(*allowed) for one in place]


def _id(prefix: IdPrefix) -> Reader:
    def read(place: Place) -> str:
        found = decode_id(prefix, place.text())
        if found is None:
            raise place.wrong("is no id of this kind")
        return str(found)

    return read


def _instant(place: Place) -> str:
    try:
        return parse_date_time(place.value).isoformat()
    except GraphQLError as problem:
        raise place.wrong(problem.message) from problem


def _address(place: Place) -> str:
    try:
        return read_address(place.value)
    except GraphQLError as problem:
        raise place.wrong(problem.message) from problem


def _hash(place: Place) -> str:
    try:
        return parse_hex(place.value).hex()
    except GraphQLError as problem:
        raise place.wrong(problem.message) from problem


_CREATED: dict[str, Reader] = {"createdAfter": _instant, "createdBefore": _instant}
_READERS: dict[ExportKind, dict[str, Reader]] = {
    ExportKind.INTENTS: {
        "status": _any_of(IntentStatus),
        "kind": _any_of(IntentKind),
        **_CREATED,
        "wallet": _address,
        "transactionHash": _hash,
    },
    ExportKind.COMMISSIONS: {
        "status": _any_of(CommissionStatus),
        "affiliateId": _id(IdPrefix.AFFILIATE),
        "level": lambda place: place.integer(1, _MOST_LEVELS),
        "accruedAfter": _instant,
        "accruedBefore": _instant,
    },
    ExportKind.LEDGER: {
        "kind": _any_of(JournalKind),
        "reference": Place.text,
        "accountId": _id(IdPrefix.LEDGER_ACCOUNT),
        "from": _instant,
        "to": _instant,
    },
    ExportKind.PAYOUTS: {
        "status": _any_of(PayoutStatus),
        "purpose": _any_of(PayoutPurpose),
        "affiliateId": _id(IdPrefix.AFFILIATE),
        **_CREATED,
    },
    # A stretch of the chain: a log with gaps proves nothing.
    ExportKind.AUDIT: {
        "after": lambda place: place.integer(0, _MOST_ROWS),
        "rows": lambda place: place.integer(1, _MOST_ROWS),
    },
    ExportKind.PAYOUT_BATCH: {"batchId": _id(IdPrefix.PAYOUT_BATCH)},
}
_NEEDED: dict[ExportKind, tuple[str, ...]] = {ExportKind.PAYOUT_BATCH: ("batchId",)}


def export_filter(kind: ExportKind, given: object) -> dict[str, Any]:
    """The conditions as JSON values that statements take. Refuses INVALID_INPUT, field filter."""
    conditions = {} if given is None else given
    readers = _READERS[kind]
    try:
        if not isinstance(conditions, dict):
            raise _refused("The filter of an export is an object.")
        unknown = sorted(str(key) for key in conditions.keys() - readers.keys())
        if unknown:
            known = ", ".join(readers)
            raise _refused(f"{kind} has no condition {unknown[0][:50]!r}; it has {known}.")
        missing = [key for key in _NEEDED.get(kind, ()) if conditions.get(key) is None]
        if missing:
            raise _refused(f"{kind} needs {missing[0]}.", missing[0])
        place = Place(conditions)
        return {key: readers[key](place[key]) for key in conditions if conditions[key] is not None}
    except MalformedDocument as problem:
        raise _refused(str(problem)) from problem


def _refused(message: str, *path: str) -> Refusal:
    return Refusal(RefusalCode.INVALID_INPUT, message, "filter", *path)
