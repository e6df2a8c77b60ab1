"""All checks, in the order in which they are shown."""

import importlib.util
from collections.abc import Sequence

from app.checks.disks import disk_checks
from app.checks.findings import Check, Finding, found_by
from app.setting_needs import Process
from app.settings import Settings
from sge.doctor.chains import chain_checks
from sge.doctor.databases import database_checks
from sge.doctor.relayers import relayer_checks
from sge.doctor.services import process_check, redis_checks
from sge.doctor.telling import telling_checks

PROCESSES: tuple[Process, ...] = ("api", "worker", "scheduler", "migrate")


async def examine(settings: Settings, processes: Sequence[Process] = PROCESSES) -> list[Finding]:
    """What these processes need, and every connection that is configured."""
    return await found_by(
        [
            *(process_check(settings, process) for process in processes),
            *database_checks(settings),
            *redis_checks(settings),
            *chain_checks(settings),
            *disk_checks(settings.watched_folders),
            *relayer_checks(settings),
            *telling_checks(settings),
            Check("signing speed", "coincurve", _signing),
        ]
    )


async def _signing() -> str:
    if importlib.util.find_spec("coincurve") is None:
        return "slow: coincurve is not installed (it has no wheel for CPython 3.14 yet)"
    return "fast (coincurve)"
