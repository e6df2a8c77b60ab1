"""The cycle, step by step, as somebody at a terminal sees it."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sge.demo.api import Api, ApiRefusal
from sge.demo.payout_cycle import documents
from sge.demo.payout_cycle.customers import earn_commissions
from sge.demo.payout_cycle.owners import approve, quorum, statuses
from sge.demo.payout_cycle.proof import check_batch, check_treasury
from sge.demo.programs import CURRENCY, PROGRAMS
from sge.demo.progress import Progress
from sge.embedded.failures import EmbeddedFailure

# Beyond the test program's holding period of 30 days.
_AHEAD = timedelta(days=31)
_BATCH_SECONDS = 60.0
_EXECUTION_SECONDS = 120.0
_POLL_SECONDS = 0.5
_SHOWN = 8


async def play_payout_cycle(description: dict[str, Any], progress: Progress) -> None:
    """Commissions accrue, mature, are approved by owners and paid by the Safe; ends with the proof.

    description: .sge/demo.json. Raises EmbeddedFailure where something is not as it should be.
    """
    tenant = next(one for one in description["programs"] if one["test"])
    url = description["graphql"].removesuffix("/graphql")
    async with Api(url, tenant["apiKey"]) as api:
        cycle = _Cycle(api, tenant, description, progress)
        batch = await cycle.open_batch() or await cycle.new_batch()
        await cycle.show(batch)
        await cycle.approve(batch)
        await cycle.follow(batch["id"])
        await cycle.prove(batch["id"])


class _Cycle:
    def __init__(
        self, api: Api, tenant: dict[str, Any], description: dict[str, Any], progress: Progress
    ) -> None:
        self._api = api
        self._tenant = tenant
        self._description = description
        self._progress = progress
        self._slug = str(tenant["slug"])

    async def open_batch(self) -> dict[str, Any] | None:
        """One that an earlier cycle left unfinished: it comes first, since a Safe pays one batch at a time."""
        program = await self._program()
        for batch in program["live"]["nodes"]:
            if batch["status"] == "REJECTED":
                raise EmbeddedFailure(
                    f"batch {batch['id']} was rejected and can still execute: replace it with"
                    " createPayoutBatch(replaces:) or end it with closePayoutBatch first"
                )
            self._progress.say(f"batch {batch['id']} of an earlier cycle is {batch['status']}")
            return await self._batch(batch["id"])
        return None

    async def new_batch(self) -> dict[str, Any]:
        """Payments, their holding period, and the batch that the workers make of what is due then."""
        plan = next(one for one in PROGRAMS if one.slug == self._slug)
        wallets = self._description["wallets"]
        with self._progress.step("customers register and pay"):
            paid = await earn_commissions(self._api, plan, self._tenant["id"], wallets)
        program = await self._program()
        count = program["accrued"]["totalCount"]
        self._progress.say(f"  {paid} payments settled; {count['value']} commissions have accrued:")
        self._say_rows(
            [
                f"{one['referralCode']:<10} {one['earnings'][0]['accrued']['amount']:>14} accrued"
                for one in program["affiliates"]["nodes"]
                if one["earnings"]
            ]
        )
        to = datetime.fromisoformat(program["now"]) + _AHEAD
        with self._progress.step(f"the program's clock moves to {to:%Y-%m-%d}"):
            await self._api.mutate(
                "advanceClock",
                documents.ADVANCE,
                program=self._tenant["id"],
                to=f"{to:%Y-%m-%dT%H:%M:%SZ}",
            )
        with self._progress.step("commissions become payable, and the workers make a batch"):
            return await self._wait_for_batch()

    async def show(self, batch: dict[str, Any]) -> None:
        """What an owner looks at before signing."""
        say, total = self._progress.say, batch["total"]
        say(f"batch {batch['id']}: {batch['status']}")
        say(f"  {batch['payoutCount']} recipients, {total['amount']} {total['currency']}")
        self._say_rows([_recipient(one) for one in batch["payouts"]["nodes"]])
        for one in batch["payouts"]["nodes"][:1]:
            say(f"  such as: {_explained(one)}")
        for change in batch["changes"]["nodes"]:
            say(f"  look at: {change['message']}")
        for left_out in batch["excluded"]["nodes"]:
            say(f"  left out: {left_out['destination']}: {left_out['reason']}")
        for held in await self._held_back():
            say(f"  not paid yet: {held}")
        for one in batch["safeTransactions"]:
            say(f"  Safe transaction at nonce {one['nonce']}: {one['hash']}")
            if simulation := one["simulation"]:
                say(
                    f"    tried on the chain: {simulation['passed']} pass,"
                    f" {simulation['refused']} refused, about {simulation['gasEstimate']} gas"
                )
        say(f"  content hash {batch['contentHash']}")

    async def approve(self, batch: dict[str, Any]) -> None:
        """Owners sign until there are enough."""
        for owner in quorum(self._tenant["owners"], batch):
            status = await approve(self._api, batch, owner)
            self._progress.say(f"[green]✓[/] signed by {owner['address']}: {status}")

    async def follow(self, batch_id: str) -> None:
        """Live, to the end of its execution."""
        status = "unknown"
        try:
            async with asyncio.timeout(_EXECUTION_SECONDS):
                async for batch in statuses(
                    self._description["ws"], self._tenant["apiKey"], batch_id
                ):
                    status = batch["status"]
                    parts = ", ".join(
                        f"{one['index']} {one['status']}" for one in batch["safeTransactions"]
                    )
                    self._progress.say(f"  live: {status} (Safe transactions: {parts})")
        except TimeoutError:
            blockers = (await self._batch(batch_id))["blockers"]
            words = "; ".join(one["message"] for one in blockers) or "nothing is in its way"
            raise EmbeddedFailure(
                f"the batch is {status} after {_EXECUTION_SECONDS:.0f} s: {words}"
            ) from None
        if status != "COMPLETED":
            raise EmbeddedFailure(f"the batch ended as {status}")

    async def prove(self, batch_id: str) -> None:
        """Every payout's Transfer, every hash and signature, and the treasury against the ledger."""
        batch = await self._batch(batch_id)
        payouts = batch["payouts"]["nodes"]
        paid = [one for one in payouts if one["status"] == "PAID" and one["transactionHash"]]
        rpc, chain_id = self._description["rpc"], int(self._description["chainId"])
        checks = await check_batch(self._api, self._tenant["id"], batch_id, rpc)
        checks.append(await check_treasury(self._api, self._slug, chain_id, rpc))
        self._progress.say("\n[bold]The proof[/]")
        program = await self._program()
        self._progress.say(
            f"  {len(paid)} of {len(payouts)} payouts PAID; PAID commissions of the program:"
            f" {program['paid']['totalCount']['value']}"
        )
        for check in checks:
            mark = "[green]✓[/]" if check.agrees else "[red]✗[/]"
            self._progress.say(f"  {mark} {check.words}")
        if len(paid) < len(payouts) or not all(check.agrees for check in checks):
            raise EmbeddedFailure("the proof does not hold; see above")

    async def _wait_for_batch(self) -> dict[str, Any]:
        """The daily run makes it; where it has run for this day already, it is asked for."""
        deadline = time.monotonic() + _BATCH_SECONDS
        while time.monotonic() < deadline:
            for batch in (await self._program())["live"]["nodes"]:
                return await self._batch(batch["id"])
            await asyncio.sleep(_POLL_SECONDS)
        try:
            made = await self._api.mutate(
                "createPayoutBatch",
                documents.CREATE,
                program=self._tenant["id"],
                currency=CURRENCY,
                key=f"payout-cycle-{uuid.uuid4()}",
            )
        except ApiRefusal as refusal:
            raise EmbeddedFailure(f"no batch came: {refusal}; are workers running?") from None
        return await self._batch(made["payoutBatch"]["id"])

    async def _program(self) -> dict[str, Any]:
        answer = await self._api.query(documents.EARNED, slug=self._slug)
        return dict(answer["program"])

    async def _batch(self, batch_id: str) -> dict[str, Any]:
        return dict((await self._api.query(documents.BATCH, id=batch_id))["payoutBatch"])

    async def _held_back(self) -> list[str]:
        """Once for each affiliate, whose commissions wait for the same reasons."""
        answer = await self._api.query(documents.HELD_BACK, slug=self._slug)
        reasons = {
            one["affiliate"]["referralCode"]: " ".join(why["message"] for why in one["blockers"])
            for one in answer["program"]["commissions"]["nodes"]
        }
        return [f"{code}: {words}" for code, words in reasons.items()]

    def _say_rows(self, rows: Sequence[str]) -> None:
        for row in rows[:_SHOWN]:
            self._progress.say(f"  {row}")
        if len(rows) > _SHOWN:
            self._progress.say(f"  … and {len(rows) - _SHOWN} more")


def _recipient(payout: dict[str, Any]) -> str:
    who = payout["affiliate"]["referralCode"] if payout["affiliate"] else payout["purpose"]
    amount = payout["amount"]
    return f"{who:<10} {amount['amount']:>14} {amount['currency']}  to {payout['destination']}"


def _explained(payout: dict[str, Any]) -> str:
    count = payout["commissions"]["totalCount"]["value"]
    for one in payout["commissions"]["nodes"]:
        told = one["explanation"]
        agrees = "as stored" if told["matches"] else "NOT as stored"
        return (
            f"the first of {count} commissions, level {one['level']}: {one['rateBps']} basis points"
            f" of {told['payment']['amount']} are {told['exact']}, rounded {told['rounded']['amount']}"
            f" ({agrees})"
        )
    return f"{count} commissions"
