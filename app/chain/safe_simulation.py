"""Tries payouts as the Safe would run them, without signatures, and finds the recipients that are refused.

`simulateAndRevert` (StorageAccessible.sol, Safe 1.3.0 and 1.4.1) runs the multi-send with the Safe's
own storage and address, tells how it went, and always reverts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.chain.abi_words import WORD, UnexpectedAnswer, address_word, read_uint, selector
from app.chain.gas import MAX_TRANSACTION_GAS
from app.chain.multi_send_code import is_multi_send
from app.chain.node_errors import ChainError, ExecutionReverted, NodeError
from app.chain.payout_content import Recipient, multi_send, require_payable, transfer_data
from app.chain.read_requests import BlockTag
from app.chain.revert_reason import revert_reason
from app.chain.safe_execution import execution_gas
from app.domain.payouts import USUAL_PAYOUTS

_SIMULATE = selector("simulateAndRevert(address,bytes)")
_BALANCE_OF = selector("balanceOf(address)")
# For the estimates only: most Safes ask for two or three owners.
_USUAL_OWNERS = 3
# Twice what a relay gets. A treasury whose owners gave it other code burns all that it is given, in every call.
_SIMULATION_SLACK = 2


class PayoutsNotSimulated(ChainError):
    """No recipient is to blame: the token refuses the treasury, or a contract is not what it should be."""


class SimulationReads(Protocol):
    """What of a chain's client is needed here."""

    async def block_number(self) -> int: ...
    async def codes(self, addresses: Sequence[str]) -> list[bytes]: ...
    async def call_batch(
        self,
        calls: Sequence[tuple[str, bytes]],
        *,
        block: int | BlockTag = "latest",
        gas: int | None = None,
        sender: str | None = None,
    ) -> list[bytes | NodeError]: ...


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """As of a block. refused: why, by the recipient's place; gas_estimate: for all, at most, 200 a transaction."""

    block_number: int
    refused: dict[int, str]
    passed: int
    gas_estimate: int


async def simulate_payouts(
    chain: SimulationReads, safe: str, token: str, multisend: str, recipients: Sequence[Recipient]
) -> SimulationResult:
    """Try each recipient, of any number. Raises UnpayableError, PayoutsNotSimulated, ChainError.

    Where the treasury holds less than 200 recipients get together, amounts of zero are tried: a
    shortage is nobody's refusal, and blacklists look at addresses.
    """
    require_payable(safe, recipients)
    block = await chain.block_number()
    await _require_contracts(chain, token, multisend)
    portions = [
        range(start, min(start + USUAL_PAYOUTS, len(recipients)))
        for start in range(0, len(recipients), USUAL_PAYOUTS)
    ]
    tried = _affordable(recipients, portions, await _balance(chain, token, safe, block))
    trial = _Trial(chain, safe, token, multisend, block, tried)
    refused = await trial.refused(portions)
    return SimulationResult(
        block_number=block,
        refused=dict(zip(refused, await trial.reasons(refused), strict=True)),
        passed=len(recipients) - len(refused),
        gas_estimate=sum(execution_gas(len(one), keys=_USUAL_OWNERS) for one in portions),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """Recipients by their places, asked at one block, so that all answers are about the same state."""

    chain: SimulationReads
    safe: str
    token: str
    multisend: str
    block: int
    recipients: Sequence[Recipient]

    async def refused(self, portions: Sequence[range]) -> list[int]:
        """The places that fail alone, found by halving what fails; all others then pass together."""
        failing = suspects = await self._failing(portions)
        found: set[int] = set()
        while suspects:
            found.update(one[0] for one in suspects if len(one) == 1)
            halves = [half for one in suspects if len(one) > 1 for half in _halves(one)]
            suspects = await self._failing(halves)
        if len(found) == len(self.recipients) > 0:
            await self._require_treasury_allowed()
        else:
            await self._require_innocent(failing, found)
        return sorted(found)

    async def _failing(self, portions: Sequence[range]) -> list[range]:
        passes = await self._pass(portions)
        return [one for one, passed in zip(portions, passes, strict=True) if not passed]

    async def reasons(self, places: Sequence[int]) -> list[str]:
        """In the token's own words: a multi-send swallows them."""
        calls = [(self.token, transfer_data(self.recipients[place])) for place in places]
        answers = await self.chain.call_batch(
            calls, block=self.block, gas=MAX_TRANSACTION_GAS, sender=self.safe
        )
        return [_reason(answer) for answer in answers]

    async def _require_innocent(self, failing: Sequence[range], found: set[int]) -> None:
        """What failed passes as a whole without those that fail alone."""
        rests = [[place for place in one if place not in found] for one in failing]
        if not all(await self._pass([rest for rest in rests if rest])):
            raise PayoutsNotSimulated("payouts that pass one by one fail together")

    async def _require_treasury_allowed(self) -> None:
        """A paused token, or a blacklisted treasury, refuses everybody, the treasury itself too."""
        data = multi_send(self.token, [Recipient(self.safe, 0)])
        [passed] = await self._simulate([data], 1)
        if not passed:
            raise PayoutsNotSimulated("the token moves nothing of this treasury now")

    async def _pass(self, groups: Sequence[Sequence[int]]) -> list[bool]:
        """Whether each group would be paid as one multi-send."""
        return await self._simulate(
            [multi_send(self.token, [self.recipients[place] for place in one]) for one in groups],
            max(map(len, groups), default=0),
        )

    async def _simulate(self, multi_sends: Sequence[bytes], most: int) -> list[bool]:
        """most: recipients of one of them."""
        gas = _SIMULATION_SLACK * execution_gas(most, keys=_USUAL_OWNERS)
        gas = min(gas, MAX_TRANSACTION_GAS)
        head = _SIMULATE + address_word(self.multisend) + (2 * WORD).to_bytes(WORD)
        calls = [
            (self.safe, head + len(data).to_bytes(WORD) + data + bytes(-len(data) % WORD))
            for data in multi_sends
        ]
        answers = await self.chain.call_batch(calls, block=self.block, gas=gas)
        return [_passed(answer) for answer in answers]


def _affordable(
    recipients: Sequence[Recipient], portions: Sequence[range], balance: int
) -> list[Recipient]:
    tried: list[Recipient] = []
    for portion in portions:
        part = recipients[portion.start : portion.stop]
        short = sum(one.amount for one in part) > balance
        tried.extend(Recipient(one.destination, 0) for one in part) if short else tried.extend(part)
    return tried


def _halves(places: range) -> tuple[range, range]:
    middle = len(places) // 2
    return places[:middle], places[middle:]


def _passed(answer: bytes | NodeError) -> bool:
    """Two words, whether it went well and how much it returned, and what it returned."""
    if isinstance(answer, NodeError) and not isinstance(answer, ExecutionReverted):
        raise answer
    told = answer.revert_data if isinstance(answer, ExecutionReverted) else b""
    if len(told) < 2 * WORD or int.from_bytes(told[WORD : 2 * WORD]) != len(told) - 2 * WORD:
        raise PayoutsNotSimulated("the treasury does not simulate as a Safe does")
    return int.from_bytes(told[:WORD]) == 1


def _reason(answer: bytes | NodeError) -> str:
    if isinstance(answer, ExecutionReverted):
        return revert_reason(answer.revert_data)
    if isinstance(answer, NodeError):
        raise answer
    return "no reason given"


async def _require_contracts(chain: SimulationReads, token: str, multisend: str) -> None:
    """A Safe that calls an address without code succeeds and pays nobody."""
    token_code, multisend_code = await chain.codes([token, multisend])
    if not token_code:
        raise PayoutsNotSimulated("there is no token contract where the settings say")
    if not is_multi_send(multisend_code):
        raise PayoutsNotSimulated(
            "there is no MultiSendCallOnly 1.3.0 or 1.4.1 where the settings say"
        )


async def _balance(chain: SimulationReads, token: str, safe: str, block: int) -> int:
    [answer] = await chain.call_batch([(token, _BALANCE_OF + address_word(safe))], block=block)
    if isinstance(answer, NodeError):
        raise answer
    try:
        return read_uint(answer)
    except UnexpectedAnswer as problem:
        raise PayoutsNotSimulated("the token does not tell the treasury's balance") from problem
