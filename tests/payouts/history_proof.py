"""What the chain itself says was paid, held against the tables and against who is owed what."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    TRANSFER_TOPIC,
    SafeExecuted,
    TokenTransfer,
    decode_watched,
)
from tests.invariants import violations
from tests.payouts.history_model import PROGRAM, Model, Owner
from tests.payouts.world import PayoutProgram, PayoutWorld

_ACCOUNTS = """
SELECT kind, owner_id, credits - debits AS balance FROM account
 WHERE program_id = $1 AND kind IN ('PROGRAM', 'PLATFORM', 'AFFILIATE', 'REFUND')
"""
_HELD = """
SELECT CASE p.purpose WHEN 'COMMISSION' THEN 'AFFILIATE' WHEN 'REFUND' THEN 'REFUND' ELSE 'PROGRAM' END AS kind,
       coalesce(p.affiliate_id, p.user_id, 0) AS owner_id, sum(p.amount) AS units
  FROM payout p JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id
 WHERE s.program_id = $1 AND s.holding GROUP BY 1, 2
"""
_POSTED = "SELECT block_number, stopped FROM consumed_through WHERE program_id = $1"
# By what executed on the chain, whatever the tables say of it.
_PAID_LINES = """
SELECT l.line_id FROM safe_transaction s
  JOIN payout_line l ON l.program_id = s.program_id AND l.safe_transaction_id = s.id
 WHERE s.program_id = $1 AND s.hash = ANY($2::bytea[])
"""


@dataclass(frozen=True)
class Seen:
    """Payments out of a treasury by recipient: at the head, and as far as they are posted."""

    head: Counter[str]
    posted: Counter[str]
    executed: list[bytes]


@dataclass
class Proof:
    """Of one program."""

    world: PayoutWorld
    program: PayoutProgram
    model: Model
    first_block: int

    async def hold(self) -> None:
        """Fails when an invariant is broken, somebody was paid more than owed, a line twice, or a balance is wrong."""
        settling = self.world.settling
        async with settling.admin.pool.acquire() as connection:
            found = await violations(connection, settling.chain)
        assert not found, "\n".join(found)
        seen = await self.seen()
        self._nobody_is_paid_too_much(seen)
        lines = await settling.rows(_PAID_LINES, self.program.id, seen.executed)
        twice = [
            line for line, times in Counter(one["line_id"] for one in lines).items() if times > 1
        ]
        assert not twice, f"paid twice: {twice}"
        await self._balances_agree(seen)

    async def seen(self) -> Seen:
        """Read from the logs of token and Safe."""
        chain, settling = self.world.settling.chain, self.world.settling
        [posted] = await settling.rows(_POSTED, self.program.id)
        assert posted["stopped"] is None, posted
        addresses = [self.world.chain.deployment.token, self.program.treasury]
        topics = ["0x" + one.hex() for one in (TRANSFER_TOPIC, EXECUTION_SUCCESS_TOPIC)]
        head = await chain.block_number()
        logs = decode_watched(await chain.get_logs(self.first_block, head, addresses, [topics]))
        out = [one for one in logs if isinstance(one, TokenTransfer)]
        out = [one for one in out if one.sender == self.program.treasury.lower()]
        return Seen(
            _by_recipient(out),
            _by_recipient([one for one in out if one.place.block_number <= posted["block_number"]]),
            [one.safe_tx_hash for one in logs if isinstance(one, SafeExecuted)],
        )

    async def balances(self) -> Counter[Owner]:
        """Credits less debits, as the ledger has them."""
        rows = await self.world.settling.rows(_ACCOUNTS, self.program.id)
        return _by_owner(rows, "balance")

    def paid_to(self, paid: Counter[str]) -> Counter[Owner]:
        """The same by account; an owner of several wallets is one."""
        found: Counter[Owner] = Counter()
        for wallet, units in paid.items():
            if wallet in self.model.wallets:
                found[self.model.wallets[wallet]] += units
        return found

    def _nobody_is_paid_too_much(self, seen: Seen) -> None:
        for owner, units in self.paid_to(seen.head).items():
            most = self.model.ever[owner]
            assert owner == PROGRAM or units <= most, f"{owner} got {units}, and earned {most}"
        for wallet, most in self.model.withdrawals.items():
            assert seen.head[wallet] in {0, most}, f"{wallet} got {seen.head[wallet]}, not {most}"

    async def _balances_agree(self, seen: Seen) -> None:
        held = _by_owner(await self.world.settling.rows(_HELD, self.program.id), "units")
        expected = self.model.owed.copy()
        expected.subtract(held)
        expected.subtract(self.paid_to(seen.posted))
        assert _nonzero(await self.balances()) == _nonzero(expected)


def _by_recipient(transfers: list[TokenTransfer]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in transfers:
        found[one.recipient] += one.amount
    return found


def _by_owner(rows: list[dict[str, Any]], column: str) -> Counter[Owner]:
    return Counter({Owner(row["kind"], row["owner_id"]): int(row[column]) for row in rows})


def _nonzero(balances: Counter[Owner]) -> dict[Owner, int]:
    return {owner: units for owner, units in balances.items() if units}
