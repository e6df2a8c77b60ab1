"""The export of one payout batch, as anybody can check it without us (docs/payout-document.md)."""

from dataclasses import dataclass

import orjson

from app.chain.address import ZERO_ADDRESS, InvalidAddressError, parse_address
from app.chain.payout_content import Recipient
from app.chain.safe_execution import OwnerSignature
from app.chain.safe_hash import SafeOperation, SafeTransaction
from app.domain.payouts import Death, PayoutPurpose
from app.domain.states import SafeTransactionStatus
from app.domain.strict_json import MalformedDocument, Place
from app.domain.treasury import SUPPORTED_SAFE_VERSIONS

FORMAT = "sge.payout-batch"
VERSION = 1
_MOST_UNITS = 2**256 - 1
_MOST_DECIMALS = 36


@dataclass(frozen=True, slots=True)
class Line:
    """What a payout pays: a commission (negative when it claws back), a refund or a withdrawal."""

    kind: str
    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class PayoutEntry:
    """One recipient's part. log_index: of its Transfer, once it is executed."""

    recipient: Recipient
    lines: tuple[Line, ...]
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Execution:
    """Where the Safe said ExecutionSuccess."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True)
class SafeTransactionEntry:
    """One Safe transaction of the batch. token: the zero address when it pays nobody."""

    call: SafeTransaction
    token: str
    currency: str
    decimals: int
    total: int
    hash: bytes
    content_hash: bytes
    status: SafeTransactionStatus
    death: Death | None
    signatures: tuple[OwnerSignature, ...]
    payouts: tuple[PayoutEntry, ...]
    execution: Execution | None


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A batch as it was exported."""

    batch: str
    chain_id: int
    safe: str
    safe_version: str
    content_hash: bytes
    transactions: tuple[SafeTransactionEntry, ...]


def read_document(content: str | bytes) -> BatchDocument:
    """Raises MalformedDocument, which names the place."""
    try:
        # Not the standard library's parser: deep nesting makes it crash.
        root = Place(orjson.loads(content))
    except orjson.JSONDecodeError as problem:
        raise MalformedDocument("", f"this is no JSON document ({problem})") from problem
    root["format"].text(FORMAT)
    root["version"].integer(VERSION, VERSION)
    transactions = tuple(_transaction(one) for one in root["safeTransactions"])
    if not transactions:
        raise root["safeTransactions"].wrong("must not be empty")
    return BatchDocument(
        batch=root["batch"].text(),
        chain_id=root["chainId"].integer(1, 2**63 - 1),
        safe=_address(root["safe"]),
        safe_version=root["safeVersion"].text(*sorted(SUPPORTED_SAFE_VERSIONS)),
        content_hash=root["contentHash"].octets(32),
        transactions=transactions,
    )


def _transaction(place: Place) -> SafeTransactionEntry:
    status = SafeTransactionStatus(place["status"].text(*SafeTransactionStatus))
    executed = status is SafeTransactionStatus.EXECUTED
    payouts = tuple(_payout(one, executed=executed) for one in place["payouts"])
    return SafeTransactionEntry(
        call=SafeTransaction(
            to=_address(place["to"]),
            value=0,
            data=place["data"].octets(),
            operation=SafeOperation(place["operation"].integer(0, 1)),
            nonce=place["nonce"].units(),
        ),
        token=_address(place["token"], zero=not payouts),
        currency=place["currency"].text() if payouts else "",
        decimals=place["decimals"].integer(0, _MOST_DECIMALS) if payouts else 0,
        total=place["total"].units(),
        hash=place["hash"].octets(32),
        content_hash=place["contentHash"].octets(32),
        status=status,
        death=None if place["death"].absent else Death(place["death"].text(*Death)),
        signatures=tuple(_signature(one) for one in place["signatures"]),
        payouts=payouts,
        execution=_execution(place["execution"]) if executed else None,
    )


def _signature(place: Place) -> OwnerSignature:
    contract = place["contract"].value
    if not isinstance(contract, bool):
        raise place["contract"].wrong("must be true or false")
    return OwnerSignature(_address(place["owner"]), place["signature"].octets(), contract)


def _payout(place: Place, *, executed: bool) -> PayoutEntry:
    place["purpose"].text(*PayoutPurpose)
    return PayoutEntry(
        Recipient(_address(place["destination"], zero=True), place["amount"].units()),
        tuple(
            Line(
                one["kind"].text(*PayoutPurpose),
                one["id"].text(),
                one["amount"].integer(-_MOST_UNITS, _MOST_UNITS),
            )
            for one in place["lines"]
        ),
        place["logIndex"].integer(0, 2**31) if executed else None,
    )


def _execution(place: Place) -> Execution:
    return Execution(
        place["transactionHash"].octets(32),
        place["blockNumber"].integer(0, 2**63 - 1),
        place["blockHash"].octets(32),
        place["logIndex"].integer(0, 2**31),
    )


def _address(place: Place, *, zero: bool = False) -> str:
    text = place.text()
    if zero and text == ZERO_ADDRESS:
        return text
    try:
        return parse_address(text)
    except InvalidAddressError as problem:
        raise MalformedDocument(place.path, str(problem)) from problem
