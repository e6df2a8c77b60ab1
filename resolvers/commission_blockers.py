"""Why a commission is not paid yet."""

from strawberry import Parent

from app.domain.blockers import Blocker, CommissionFacts, EarnerFacts, blockers_of_commission
from app.domain.states import AffiliateStatus, CommissionStatus
from app.store.reads import blocker_facts
from app.store.reads.blocker_facts import CommissionSituation
from app.store.reads.commissions import CommissionRow
from app.store.reads.programs import ProgramRow
from resolvers import programs
from resolvers.access import Info, load_one

_ENDED = frozenset({CommissionStatus.PAID, CommissionStatus.REVERSED})


async def of_commission(root: Parent[CommissionRow], info: Info) -> list[Blocker]:
    """By the terms and the program's clock as they are now."""
    if root.status in _ENDED:
        return []
    program = await programs.by_key(info, root.program_key)
    assert program is not None
    situation: CommissionSituation = await load_one(
        info, blocker_facts.of_commissions, root.program_key, root.id
    )
    minimum = await _minimum_payout(info, program, situation.currency)
    facts = CommissionFacts(
        status=CommissionStatus(root.status),
        payable_at=root.payable_at,
        earner=_earner(situation, minimum),
        paying=situation.paying,
        paused=program.pause is not None,
        another_batch_is_open=situation.open_batch,
    )
    return blockers_of_commission(facts, programs.now(program, info))


def _earner(situation: CommissionSituation, minimum: int) -> EarnerFacts:
    return EarnerFacts(
        status=AffiliateStatus(situation.affiliate_status),
        net=situation.net,
        minimum=minimum,
        currency=situation.currency,
        decimals=situation.decimals,
        pays_from=situation.pays_from,
        refused=situation.refused,
    )


async def _minimum_payout(info: Info, program: ProgramRow, currency: str) -> int:
    terms = await programs.terms(program, info)
    if terms.minimum_payout is None or terms.minimum_payout.currency != currency:
        return 0
    return terms.minimum_payout.minor
