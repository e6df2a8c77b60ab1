"""The checks that lay the books beside the chain, in the order in which a run carries them out."""

from app.domain.reconciliation import CheckName
from app.processes.chain_proof.comparing import ChainCheck
from app.processes.chain_proof.movements import check_movements
from app.processes.chain_proof.payouts import check_payouts
from app.processes.chain_proof.settlements import check_settlements
from app.processes.chain_proof.treasury import check_treasury
from app.processes.chain_proof.work import check_work

CHAIN_CHECKS: tuple[tuple[CheckName, ChainCheck], ...] = (
    (CheckName.SETTLEMENTS, check_settlements),
    (CheckName.MOVEMENTS, check_movements),
    (CheckName.TREASURY, check_treasury),
    (CheckName.PAYOUTS, check_payouts),
    (CheckName.WORK, check_work),
)
