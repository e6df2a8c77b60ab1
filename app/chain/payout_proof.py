"""What a chain says about a batch's export: owners, signatures, executions and their Transfers."""

from collections.abc import AsyncIterator, Sequence

from eth_hash.auto import keccak

from app.chain.abi_words import WORD, selector
from app.chain.client import Chain
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    TRANSFER_TOPIC,
    SafeExecuted,
    TokenTransfer,
    WatchedLog,
    decode_watched,
)
from app.chain.multi_send_code import is_multi_send
from app.chain.node_errors import ExecutionReverted
from app.chain.payout_checks import Check, compared
from app.chain.payout_document import BatchDocument, Execution, SafeTransactionEntry
from app.chain.revert_reason import revert_reason
from app.chain.safe import NotASafe, UnsupportedSafeVersion, read_safe
from app.chain.safe_execution import signature_blob
from app.chain.safe_hash import SafeOperation, safe_tx_preimage
from app.chain.signature import InvalidSignatureError
from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading

_CHECK_SIGNATURES = selector("checkNSignatures(bytes32,bytes,bytes,uint256)")


async def check_on_chain(chain: Chain, document: BatchDocument) -> list[Check]:
    """Raises ChainError when the node does not answer, or answers for another chain."""
    try:
        safe = await read_safe(chain, document.safe)
    except (NotASafe, UnsupportedSafeVersion) as problem:
        return [Check(False, f"{document.safe} is NOT a Safe that is known: {problem}")]
    checks = [
        compared(safe.version == document.safe_version, "the treasury", f"a Safe {safe.version}"),
        Check(True, f"{safe.threshold} of its {len(safe.owners)} owners sign today"),
    ]
    checks += [one async for one in _multi_sends(chain, document)]
    for entry in document.transactions:
        checks += [one async for one in _transaction(chain, document, safe, entry)]
    return checks


async def _multi_sends(chain: Chain, document: BatchDocument) -> AsyncIterator[Check]:
    delegated = {
        entry.call.to
        for entry in document.transactions
        if entry.call.operation is SafeOperation.DELEGATE_CALL
    }
    for address in sorted(delegated):
        [code] = await chain.codes([address])
        yield compared(is_multi_send(code), f"the code at {address}", "Safe's MultiSendCallOnly")


async def _transaction(
    chain: Chain, document: BatchDocument, safe: SafeReading, entry: SafeTransactionEntry
) -> AsyncIterator[Check]:
    name = f"Safe transaction {entry.call.nonce}"
    used = safe.nonce > entry.call.nonce
    if entry.execution is not None:
        yield compared(used, f"{name}: its nonce", "used")
        logs = await _logs(chain, document, entry, entry.execution.block_number)
        for check in _executed(name, document, entry, entry.execution, logs):
            yield check
    elif entry.status is SafeTransactionStatus.DEAD:
        yield compared(used, f"{name}, dead: its nonce", "used by something else")
    elif used:
        # No contradiction: since the export, or in a block that was not final, something used it.
        yield Check(True, f"{name}: its nonce was used meanwhile; a newer export tells by what")
    elif entry.death is not None:
        yield Check(True, f"{name}: given up ({entry.death}), its nonce is still to be used")
    elif entry.signatures:
        subject = f"{name}: what {len(entry.signatures)} signed"
        yield await _signed(chain, document, entry, subject)
    else:
        yield Check(True, f"{name}: nobody has signed, its nonce is still to be used")


async def _signed(
    chain: Chain, document: BatchDocument, entry: SafeTransactionEntry, subject: str
) -> Check:
    """Asks the Safe itself, as execution would: it knows its owners, and asks those that are contracts."""
    preimage = safe_tx_preimage(document.safe, document.chain_id, document.safe_version, entry.call)
    try:
        blob = signature_blob(entry.signatures)
        data = _check_call(keccak(preimage), preimage, blob, len(entry.signatures))
        await chain.call(document.safe, data)
    except InvalidSignatureError as problem:
        return Check(False, f"{subject} is NOT well formed: {problem}")
    except ExecutionReverted as problem:
        return Check(False, f"{subject} is NOT accepted: {revert_reason(problem.revert_data)}")
    return Check(True, f"{subject} is accepted by the Safe as of its owners today")


def _check_call(digest: bytes, preimage: bytes, blob: bytes, required: int) -> bytes:
    shown = _tail(preimage)
    at = 4 * WORD
    return b"".join(
        (
            _CHECK_SIGNATURES,
            digest,
            at.to_bytes(WORD),
            (at + len(shown)).to_bytes(WORD),
            required.to_bytes(WORD),
            shown,
            _tail(blob),
        )
    )


async def _logs(
    chain: Chain, document: BatchDocument, entry: SafeTransactionEntry, block: int
) -> list[WatchedLog]:
    topics = ["0x" + topic.hex() for topic in (EXECUTION_SUCCESS_TOPIC, TRANSFER_TOPIC)]
    addresses = [document.safe, entry.token] if entry.payouts else [document.safe]
    return decode_watched(await chain.get_logs(block, block, addresses, [topics]))


def _executed(
    name: str,
    document: BatchDocument,
    entry: SafeTransactionEntry,
    execution: Execution,
    logs: Sequence[WatchedLog],
) -> list[Check]:
    successes = [
        log
        for log in logs
        if isinstance(log, SafeExecuted) and log.place.tx_hash == execution.transaction_hash
    ]
    mine = [log for log in successes if log.safe_tx_hash == entry.hash]
    where = f"0x{execution.transaction_hash.hex()}"
    if [(log.place.log_index, log.place.block_hash) for log in mine] != [
        (execution.log_index, execution.block_hash)
    ]:
        return [Check(False, f"{name}: ExecutionSuccess is NOT at the stated place in {where}")]
    before = max(
        (log.place.log_index for log in successes if log.place.log_index < execution.log_index),
        default=-1,
    )
    found = [
        (log.recipient, log.amount, log.place.log_index)
        for log in logs
        if isinstance(log, TokenTransfer)
        and log.place.tx_hash == execution.transaction_hash
        and log.sender == document.safe.lower()
        and before < log.place.log_index < execution.log_index
    ]
    planned = [
        (one.recipient.destination.lower(), one.recipient.amount, one.log_index)
        for one in entry.payouts
    ]
    return [
        Check(True, f"{name}: ExecutionSuccess of exactly its hash is in {where}"),
        compared(found == planned, f"{name}: the list of Transfers", "exactly that of its payouts"),
    ]


def _tail(value: bytes) -> bytes:
    return len(value).to_bytes(WORD) + value + bytes(-len(value) % WORD)
