"""Adds the whole ledger up again and recomputes its seals: what a superuser could have bent shows here."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.seals import SealStream
from app.services.seals import ChainReport, verify_chain
from app.store.database import ReadSession
from app.store.ledger import ledger_proof
from app.store.ledger.ledger_proof import DriftingAccount, LedgerTotal


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """All that was found, of every program. chains: by (program, stream); 0 is the platform."""

    totals: list[LedgerTotal]
    drifting: list[DriftingAccount]
    movement_faults: list[tuple[int, int, str]]
    snapshot_faults: list[tuple[int, int, int]]
    chains: dict[tuple[int, SealStream], ChainReport]

    @property
    def sound(self) -> bool:
        """Nothing contradicts anything."""
        return (
            all(total.balanced for total in self.totals)
            and not (self.drifting or self.movement_faults or self.snapshot_faults)
            and not any(chain.faults for chain in self.chains.values())
        )


async def verify_ledger(session: ReadSession, now: datetime) -> LedgerReport:
    """Reads everything, in one snapshot of a role that sees all programs."""
    programs = await ledger_proof.sealing_programs(session)
    return LedgerReport(
        totals=await ledger_proof.ledger_totals(session),
        drifting=await ledger_proof.drifting_accounts(session),
        movement_faults=await ledger_proof.movement_faults(session),
        snapshot_faults=await ledger_proof.snapshot_faults(session),
        chains={
            (program, stream): await verify_chain(session, stream, program, now)
            for program in programs
            for stream in SealStream
        },
    )
