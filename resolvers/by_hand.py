"""What people's decisions about stuck work need of the process: the primary, and the chains that are asked first."""

from app.processes.discrepancies.discrepancies_by_hand import DiscrepanciesByHand
from app.processes.intake.by_hand import IntentsByHand
from app.processes.settlement.halted_lanes import HaltedLanes
from app.runtime import chain_facts
from resolvers.access import Info, process_of


def intents_by_hand(info: Info) -> IntentsByHand:
    """To retry and cancel."""
    process = process_of(info.context)
    runtime = process.runtime
    return IntentsByHand(
        runtime.database,
        process.bells,
        runtime.chains,
        chain_facts(runtime.settings),
        runtime.clock,
    )


def discrepancies_by_hand(info: Info) -> DiscrepanciesByHand:
    """To explain."""
    process = process_of(info.context)
    runtime = process.runtime
    return DiscrepanciesByHand(runtime.database, process.bells, runtime.chains, runtime.clock)


def halted_lanes(info: Info) -> HaltedLanes:
    """To un-halt."""
    process = process_of(info.context)
    runtime = process.runtime
    return HaltedLanes(runtime.database, process.bells, runtime.chains, runtime.clock)
