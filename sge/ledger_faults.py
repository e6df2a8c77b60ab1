"""What the ledger's verification found, in words."""

from collections.abc import Iterator

from app.services.ledger_verification import LedgerReport


def ledger_faults(report: LedgerReport) -> Iterator[str]:
    """A line for each."""
    for account in report.drifting:
        yield (
            f"account {account.account_id} of program {account.program_id} ({account.kind}): "
            f"stored {account.stored}, transfers {account.summed}"
        )
    for program, journal, currency in report.movement_faults:
        yield f"journal {journal} of program {program}: its {currency} movements do not add up"
    for program, account_id, journal in report.snapshot_faults:
        yield f"account {account_id} of program {program}: wrong snapshot at journal {journal}"
    for (program, stream), chain in report.chains.items():
        for fault in chain.faults:
            yield f"{stream} {fault.row_id} of program {program}, seal {fault.n}: {fault.message}"
