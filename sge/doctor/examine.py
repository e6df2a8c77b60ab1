"""All checks, in the order in which they are shown."""

import importlib.util
from collections.abc import Callable, Sequence

from app.checks.disks import disk_checks
from app.checks.findings import Check, Finding, found_by
from app.settings import Settings
from app.settings.needs import Process
from sge.doctor.chains import chain_checks
from sge.doctor.databases import database_checks
from sge.doctor.relayers import relayer_checks
from sge.doctor.services import process_check, redis_checks
from sge.doctor.telling import telling_checks
from sge.doctor.uses import PROCESSES, used_by


async def examine(
    settings: Settings,
    processes: Sequence[Process] = (),
    waiting: Callable[[Sequence[str]], None] | None = None,
) -> list[Finding]:
    """What these processes need, and every connection that they use; without any: of all, and whatever is configured.
    waiting: told the names of the checks that still look.
    """
    seen = used_by(settings, processes) if processes else settings
    wanted = processes or PROCESSES
    checks = [
        *(process_check(seen, process) for process in wanted),
        *database_checks(seen),
        *redis_checks(seen),
        *chain_checks(seen),
        *disk_checks(seen.watched_folders),
        *relayer_checks(seen),
        *telling_checks(seen, wanted),
    ]
    if "worker" in wanted:
        checks.append(Check("signing speed", "coincurve", _signing))
    return await found_by(checks, waiting=waiting)


async def _signing() -> str:
    if importlib.util.find_spec("coincurve") is None:
        return "slow: coincurve is not installed (it has no wheel for CPython 3.14 yet)"
    return "fast (coincurve)"
