"""What of a batch's export can be recomputed without asking anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.chain.payout_content import (
    SafeCall,
    UnpayableError,
    batch_content_hash,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
)
from app.chain.payout_document import BatchDocument, SafeTransactionEntry
from app.chain.safe_execution import OwnerSignature
from app.chain.safe_hash import safe_tx_hash
from app.chain.safe_signature import SafeSignature, SafeSignatureKind
from app.chain.signature import InvalidSignatureError
from app.domain.money import format_units

_SIGNATURE_BYTES = 65


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison, and its outcome in words."""

    agrees: bool
    words: str


def check_document(document: BatchDocument) -> list[Check]:
    """Everything that the document says twice, or that follows from what it says."""
    checks = [one for entry in document.transactions for one in _transaction(document, entry)]
    hashes = [entry.content_hash for entry in document.transactions]
    same = batch_content_hash(hashes) == document.content_hash
    return [
        *checks,
        _lines_once(document),
        _nonces_rise(document),
        compared(same, "the batch's content hash", "that of its Safe transactions in this order"),
    ]


def _transaction(document: BatchDocument, entry: SafeTransactionEntry) -> Iterator[Check]:
    name = f"Safe transaction {entry.call.nonce}"
    yield _sums(name, entry)
    yield from _content(name, document, entry)
    computed = safe_tx_hash(document.safe, document.chain_id, document.safe_version, entry.call)
    yield compared(computed == entry.hash, f"{name}: the safeTxHash", "that of its call and nonce")
    yield from _signatures(name, entry)


def _sums(name: str, entry: SafeTransactionEntry) -> Check:
    for number, payout in enumerate(entry.payouts):
        if sum(line.amount for line in payout.lines) != payout.recipient.amount:
            return Check(False, f"{name}: the lines of payout {number} do not sum to its amount")
    total = sum(payout.recipient.amount for payout in entry.payouts)
    if total != entry.total:
        return Check(False, f"{name}: its payouts sum to {total}, not to {entry.total}")
    paid = f"{format_units(total, entry.decimals)} {entry.currency}" if entry.payouts else "nothing"
    return Check(True, f"{name}: {len(entry.payouts)} payouts and their lines sum to {paid}")


def _content(name: str, document: BatchDocument, entry: SafeTransactionEntry) -> Iterator[Check]:
    recipients = [payout.recipient for payout in entry.payouts]
    nonce = entry.call.nonce
    try:
        computed = content_hash(document.chain_id, document.safe, entry.token, nonce, recipients)
        call = (
            payout_call(entry.call.to, entry.token, recipients)
            if recipients
            else closing_call(document.safe)
        )
    except UnpayableError as problem:
        yield Check(False, f"{name}: {problem}")
        return
    what = "that of its recipients and amounts"
    yield compared(computed == entry.content_hash, f"{name}: the content hash", what)
    yield compared(_same_call(entry, call), f"{name}: the calldata", "that of exactly its payouts")


def _same_call(entry: SafeTransactionEntry, call: SafeCall) -> bool:
    return planned_safe_transaction(call, entry.call.nonce) == entry.call


def _signatures(name: str, entry: SafeTransactionEntry) -> Iterator[Check]:
    owners = [one.owner for one in entry.signatures]
    if len(set(owners)) < len(owners):
        yield Check(False, f"{name}: an owner signed more than once")
    for one in entry.signatures:
        if not one.contract:
            same = _recovered(one, entry.hash) == one.owner
            yield compared(same, f"{name}: the signature of {one.owner}", "by that key")


def _recovered(signature: OwnerSignature, digest: bytes) -> str | None:
    if len(signature.signature) != _SIGNATURE_BYTES:
        return None
    given = SafeSignature(signature.signature)
    if given.kind in (SafeSignatureKind.CONTRACT, SafeSignatureKind.APPROVED_HASH):
        return None
    try:
        return given.owner(digest)
    except InvalidSignatureError:
        return None


def _lines_once(document: BatchDocument) -> Check:
    seen: set[str] = set()
    for entry in document.transactions:
        for payout in entry.payouts:
            for line in payout.lines:
                if line.id in seen:
                    return Check(False, f"{line.kind} {line.id} is paid twice")
                seen.add(line.id)
    return Check(True, f"each of {len(seen)} commissions, refunds and withdrawals is paid once")


def _nonces_rise(document: BatchDocument) -> Check:
    nonces = [entry.call.nonce for entry in document.transactions]
    rise = all(later == earlier + 1 for earlier, later in pairwise(nonces))
    return compared(rise, "the range of the Safe transactions' nonces", "without gaps")


def compared(agrees: bool, subject: str, predicate: str) -> Check:
    return Check(agrees, f"{subject} is {'' if agrees else 'NOT '}{predicate}")
