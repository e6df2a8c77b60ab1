"""What each process needs to be told, and whether Redis takes what it was told."""

from functools import partial

from app.checks.findings import Check, Problem
from app.checks.redis import VARIABLE, redis_answers, redis_keeps_jobs
from app.settings import Settings
from app.settings.forms import redis_mistake
from app.settings.needs import Process


def process_check(settings: Settings, process: Process) -> Check:
    """Whether the process has all that it needs, each well-formed."""
    return Check(f"settings of sge {process}", "SGE_…", partial(_process, settings, process))


def redis_checks(settings: Settings) -> list[Check]:
    """Redis, when its address is given."""
    if settings.redis_url is None:
        return []
    url = settings.redis_url.get_secret_value()
    mistake = redis_mistake(url)
    if mistake:
        return [Check("Redis", VARIABLE, partial(_malformed, mistake))]
    return [
        Check("Redis", VARIABLE, partial(redis_answers, url)),
        Check("Redis keeps jobs", VARIABLE, partial(redis_keeps_jobs, url)),
    ]


async def _process(settings: Settings, process: Process) -> str:
    mistakes = settings.mistakes_for(process)
    if mistakes:
        raise Problem("\n".join(mistakes))
    return "complete"


async def _malformed(mistake: str) -> str:
    raise Problem(f"{VARIABLE}: {mistake}; redis://:PASSWORD@HOST:6379/0")
