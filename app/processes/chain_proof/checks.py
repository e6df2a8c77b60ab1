"""The checks that lay the books beside the chain, in the order in which a run carries them out."""

from collections.abc import Mapping

from app.chain.client import Chain
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.movements import check_movements
from app.processes.chain_proof.payouts import check_payouts
from app.processes.chain_proof.settlements import check_settlements
from app.processes.chain_proof.treasury import check_treasury
from app.processes.reconciliation.checks import ChainCheck
from app.store.database import ReadSession


def chain_checks(gateways: Mapping[int, str | None]) -> tuple[tuple[CheckName, ChainCheck], ...]:
    """gateways: the settlement gateway's address by chain id."""

    async def settlements(session: ReadSession, chain: Chain, scope: Scope) -> CheckResult:
        return await check_settlements(session, chain, scope, gateways.get(scope.chain_id))

    return (
        (CheckName.SETTLEMENTS, settlements),
        (CheckName.MOVEMENTS, check_movements),
        (CheckName.TREASURY, check_treasury),
        (CheckName.PAYOUTS, check_payouts),
    )
