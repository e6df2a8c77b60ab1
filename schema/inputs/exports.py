"""What to export. Which conditions a kind knows is checked here: an unknown one would export too much."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import strawberry
from graphql import GraphQLError

from app.domain.discrepancies import Severity
from app.domain.errors import Refusal, RefusalCode
from app.domain.exports import ExportKind
from app.domain.payouts import PayoutPurpose, PayoutStatus
from app.domain.postings import AccountKind, JournalKind
from app.domain.states import AffiliateStatus, CommissionStatus, IntentStatus
from app.domain.strict_json import MalformedDocument, Place
from schema.ids import IdPrefix, decode_any_id
from schema.inputs.affiliates import whole_wallet
from schema.inputs.intents import IntentKind
from schema.scalars import parse_date_time, parse_hex, read_address

strawberry.enum(ExportKind, name="ExportKind")

_MOST_LEVELS = 100
_MOST_ROWS = 2**63 - 1
Reader = Callable[[Place], Any]


def _any_of(names: Iterable[str]) -> Reader:
    allowed = tuple(str(name) for name in names)
    return lambda place: [one.text(*allowed) for one in place]


def _id(*prefixes: IdPrefix) -> Reader:
    def read(place: Place) -> str:
        found = decode_any_id(place.text())
        if found is None or found[0] not in prefixes:
            raise place.wrong("is no id of this kind")
        return str(found[1])

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


def _flag(place: Place) -> bool:
    if not isinstance(place.value, bool):
        raise place.wrong("must be true or false")
    return place.value


def _search(place: Place) -> str | None:
    return whole_wallet(place.text())


_CREATED: dict[str, Reader] = {"createdAfter": _instant, "createdBefore": _instant}
_READERS: dict[ExportKind, dict[str, Reader]] = {
    ExportKind.INTENTS: {
        "status": _any_of(IntentStatus),
        "kind": _any_of(IntentKind),
        **_CREATED,
        "wallet": _address,
        "transactionHash": _hash,
        "stuck": _flag,
    },
    ExportKind.COMMISSIONS: {
        "status": _any_of(CommissionStatus),
        "affiliateId": _id(IdPrefix.AFFILIATE),
        "level": lambda place: place.integer(1, _MOST_LEVELS),
        "accruedAfter": _instant,
        "accruedBefore": _instant,
    },
    ExportKind.AFFILIATES: {
        "status": _any_of(AffiliateStatus),
        "parentId": _id(IdPrefix.AFFILIATE),
        "rootsOnly": _flag,
        "search": _search,
        "currency": Place.text,
    },
    ExportKind.STATEMENT: {
        "affiliateId": _id(IdPrefix.AFFILIATE),
        "currency": Place.text,
        "from": _instant,
        "to": _instant,
    },
    ExportKind.ACCOUNTS: {
        "kind": _any_of(AccountKind),
        "currency": Place.text,
        "ownerId": _id(IdPrefix.AFFILIATE, IdPrefix.USER),
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
    ExportKind.DISCREPANCIES: {"open": _flag, "severity": _any_of(Severity)},
    # A stretch of the chain: a log with gaps proves nothing.
    ExportKind.AUDIT: {
        "after": lambda place: place.integer(0, _MOST_ROWS),
        "rows": lambda place: place.integer(1, _MOST_ROWS),
    },
    ExportKind.PAYOUT_BATCH: {"batchId": _id(IdPrefix.PAYOUT_BATCH)},
}
_NEEDED: dict[ExportKind, tuple[str, ...]] = {
    ExportKind.STATEMENT: ("affiliateId", "currency", "from", "to"),
    ExportKind.PAYOUT_BATCH: ("batchId",),
}


def export_filter(kind: ExportKind, given: object, now: datetime) -> dict[str, Any]:
    """The conditions as JSON values that statements take. Refuses INVALID_INPUT, field filter.

    now: real time, kept as `asOf` where a condition asks how long something has waited.
    """
    try:
        conditions = _conditions(kind, {} if given is None else given)
    except MalformedDocument as problem:
        raise _refused(str(problem)) from problem
    if kind is ExportKind.STATEMENT and _ends_too_early(conditions):
        raise _refused("to is after from.", "to")
    return conditions | ({"asOf": now.isoformat()} if "stuck" in conditions else {})


def _conditions(kind: ExportKind, given: object) -> dict[str, Any]:
    readers = _READERS[kind]
    if not isinstance(given, dict):
        raise _refused("The filter of an export is an object.")
    unknown = sorted(str(key) for key in given.keys() - readers.keys())
    if unknown:
        known = ", ".join(readers)
        raise _refused(f"{kind} has no condition {unknown[0][:50]!r}; it has {known}.")
    missing = [key for key in _NEEDED.get(kind, ()) if given.get(key) is None]
    if missing:
        raise _refused(f"{kind} needs {missing[0]}.", missing[0])
    place = Place(given)
    return {key: readers[key](place[key]) for key in given if given[key] is not None}


def _ends_too_early(period: dict[str, Any]) -> bool:
    return datetime.fromisoformat(period["to"]) <= datetime.fromisoformat(period["from"])


def _refused(message: str, *path: str) -> Refusal:
    return Refusal(RefusalCode.INVALID_INPUT, message, "filter", *path)
