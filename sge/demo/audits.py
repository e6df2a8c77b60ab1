"""The demo's node keeps logs of its newest blocks only, so the programs are reconciled before it has forgotten what is to be compared."""

import asyncio
import uuid
from collections.abc import Mapping

import httpx

from sge.demo.api import Api, ApiRefusal

# What the node keeps (sge/demo/services.py) is a quarter of an hour of a busy demo.
_EVERY_SECONDS = 300.0
_RECONCILE = """
mutation Reconcile($program: ID!, $key: String!) {
  runReconciliation(programId: $program, idempotencyKey: $key) { userErrors { code message field } }
}
"""


async def keep_reconciled(apis: Mapping[str, Api], every_seconds: float = _EVERY_SECONDS) -> None:
    """Until it is cancelled. apis: by the id of the program whose key each has."""
    while True:
        await asyncio.sleep(every_seconds)
        for program, api in apis.items():
            try:
                await api.mutate(
                    "runReconciliation", _RECONCILE, program=program, key=uuid.uuid4().hex
                )
            except (ApiRefusal, httpx.HTTPError, ValueError):
                continue  # Its API is away for a moment; the next one compares what this would have.
