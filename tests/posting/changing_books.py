"""What people and time change in the books: branches move, settlements are reversed, commissions become payable."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from app.domain.amounts import AmountText
from app.domain.money import format_units
from app.services.affiliates.change_affiliates import MoveAffiliate, move_affiliate
from app.services.corrections.approve_adjustment import approve_adjustment
from app.services.corrections.propose_adjustment import ProposeAdjustment, propose_adjustment
from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from app.services.execute import execute
from app.services.payouts.maturity import mature_commissions
from app.services.programs.change_programs import advance_clock
from tests.posting.books import NUMBERS, Asked, Books
from tests.services.world import USDC, key_of

_SETTLEMENT = """
SELECT s.id FROM settlement s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 WHERE i.program_id = $1 AND i.on_chain_id = $2
"""


@dataclass
class ChangingBooks(Books):
    """Books with everything that happens to them after a payment."""

    def move(self, affiliate: int, parent: int | None, codes: dict[int, str]) -> None:
        """Gives an affiliate another parent; refused as the service refuses."""
        self.runner.run(self._move(affiliate, None if parent is None else codes[parent]))

    def reverse(self, asked: Asked, units: int | None) -> None:
        """Takes back so much of what was settled for it; None: all that is left."""
        amount = None if units is None else AmountText(format_units(units, USDC.decimals), "USDC")
        self.runner.run(self._reverse(asked, amount))

    def adjust(self, affiliate: int) -> None:
        """Forfeits or writes off a terminated affiliate's balance."""
        self.runner.run(self._adjust(affiliate))

    def mature(self, days: int) -> None:
        """Moves the program's clock so many days on, and makes payable what is due then."""
        self.runner.run(self._mature(timedelta(days=days)))

    async def _move(self, affiliate: int, to: str | None) -> None:
        query = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"
        [row] = await self.fetch(query, self.program.id, affiliate)
        command = MoveAffiliate(row["public_id"], to, "a test")
        await self.world.run(self.program.id, move_affiliate, key_of(self.program.id), command)

    async def _reverse(self, asked: Asked, amount: AmountText | None) -> None:
        [row] = await self.fetch(_SETTLEMENT, self.program.id, self.on_chain_id(asked))
        command = ReverseSettlement(row["id"], amount, "a test", f"reversal {next(NUMBERS)}")
        await self.world.run(self.program.id, reverse_settlement, key_of(self.program.id), command)

    async def _adjust(self, affiliate: int) -> None:
        key = key_of(self.program.id)
        query = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"
        [row] = await self.fetch(query, self.program.id, affiliate)
        command = ProposeAdjustment(
            row["public_id"], "USDC", "a test", f"adjustment {next(NUMBERS)}"
        )
        proposed = await self.world.run(self.program.id, propose_adjustment, key, command)
        second = replace(key, actor="api_key:sge_second")
        await self.world.run(self.program.id, approve_adjustment, second, proposed.adjustment_id)

    async def _mature(self, ahead: timedelta) -> None:
        [row] = await self.fetch("SELECT clock_offset FROM program WHERE id = $1", self.program.id)
        key, to = key_of(self.program.id), self.now + row["clock_offset"] + ahead
        await self.world.run(self.program.id, advance_clock, key, self.program.id, to)
        mature = partial(
            mature_commissions, program_id=self.program.id, actor="a test", now=self.now
        )
        await execute(self.worker, self.world.bells, None, mature)
