"""Makes a use case repeatable by its idempotency key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.idempotency import check_stored_key, conflict, meaning_hash
from app.store import operation_keys as store
from app.store.database import UnitOfWork
from app.store.rules_lock import lock_rules


async def claim_operation(
    unit: UnitOfWork,
    key: str,
    operation: str,
    meaning: Mapping[str, Any],
    *,
    result: str,
    now: datetime,
) -> str | None:
    """None when the key is new: the caller goes on to make `result`. Else the earlier result.

    Refuses INVALID_INPUT for a malformed key and IDEMPOTENCY_CONFLICT for another meaning.
    """
    # An intent that takes the same key would not be seen before it is committed, nor see this.
    if unit.program_id is not None:
        await lock_rules(unit, unit.program_id)
    request_hash = meaning_hash(operation, meaning)
    earlier = await store.claim_key(
        unit, check_stored_key(key), operation, request_hash, result=result, at=now
    )
    if earlier is None:
        if await store.intent_has_key(unit, key):
            raise conflict()
        return None
    if earlier.request_hash != request_hash:
        raise conflict(earlier.operation, operation)
    return earlier.result
