"""Payments that earn commissions: some of the demo's test wallets register below the deepest affiliates and pay."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sge.demo.api import Api, ApiRefusal
from sge.demo.payout_cycle.documents import INTENT
from sge.demo.programs import ProgramPlan
from sge.demo.shopper import Shopper
from sge.embedded.failures import EmbeddedFailure

_SHOPPERS = 4
_PAYMENTS = 3
_AMOUNT = "150.00"
_LONGEST_SECONDS = 90.0
_POLL_SECONDS = 0.3


async def earn_commissions(
    api: Api, plan: ProgramPlan, program_id: str, wallets: Sequence[dict[str, str]]
) -> int:
    """Registers customers and lets them pay until it is final; returns how many payments were settled."""
    shoppers = [Shopper(api, program_id, wallet["privateKey"]) for wallet in wallets]
    codes = _deepest_first(plan)
    paid: list[str] = []
    for shopper in shoppers:
        if not await shopper.is_registered():
            await _finish(api, [await shopper.register(next(codes), plan.registration_fee)])
        try:
            paid += [await shopper.pay(_AMOUNT) for _ in range(_PAYMENTS)]
        except ApiRefusal as refusal:
            if "INSUFFICIENT_FUNDS" not in refusal.codes:
                raise
        if len(paid) >= _SHOPPERS * _PAYMENTS:
            break
    await _finish(api, paid)
    return len(paid)


def _deepest_first(plan: ProgramPlan) -> Iterator[str]:
    parents = {member.parent for member in plan.affiliates}
    leaves = [member.code for member in plan.affiliates if member.code not in parents]
    while True:
        yield from reversed(leaves)


async def _finish(api: Api, intents: Sequence[str]) -> None:
    await asyncio.gather(*(_confirmed(api, intent) for intent in intents))


async def _confirmed(api: Api, intent: str) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        node: dict[str, Any] = (await api.query(INTENT, id=intent))["node"]
        if node["status"] == "CONFIRMED":
            return
        if node["status"] == "FAILED":
            raise EmbeddedFailure(f"intent {intent} failed: {node['failure']['message']}")
        await asyncio.sleep(_POLL_SECONDS)
    raise EmbeddedFailure(
        f"intent {intent} is not settled after {_LONGEST_SECONDS:.0f} s; see `sge intent show {intent}`"
    )
