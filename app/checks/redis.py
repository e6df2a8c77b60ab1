"""Redis: it answers, throws no job away, and remembers them over a restart."""

from app.bus.redis import REDIS_FAILURES, connect_async
from app.bus.redis_facts import Keeping, read_keeping
from app.checks.findings import Caution, Problem

VARIABLE = "SGE_REDIS_URL"
# `sge doctor` begins all its looks at once, so that on a busy machine an answer is read seconds after it came.
_PATIENCE_SECONDS = 10.0


async def redis_answers(url: str) -> str:
    """Raises Problem."""
    await _keeping(url)
    return "answers"


async def redis_keeps_jobs(url: str) -> str:
    """Raises Problem for a policy that could drop queued jobs, Caution for one that forgets them with a restart."""
    keeping = await _keeping(url)
    if keeping.eviction not in {"noeviction", ""}:
        raise Problem(
            f"{VARIABLE}: maxmemory-policy is {keeping.eviction}, which may drop queued jobs when memory is short; "
            "set `maxmemory-policy noeviction` in redis.conf (now: `CONFIG SET maxmemory-policy noeviction`)"
        )
    if not keeping.log and not keeping.snapshots:
        raise Caution(
            f"{VARIABLE}: nothing is written to disk, so a restart forgets the queue until the next look at the "
            "database; set `appendonly yes` in redis.conf"
        )
    return "noeviction, " + ("appendonly" if keeping.log else "snapshots only")


async def _keeping(url: str) -> Keeping:
    client = connect_async(url, _PATIENCE_SECONDS)
    try:
        return await read_keeping(client)
    except REDIS_FAILURES as problem:
        said = " ".join(str(problem).split()) or type(problem).__name__
        remedy = "is Redis running there, and is this its password?"
        raise Problem(f"{VARIABLE}: {said}; {remedy}") from None
    finally:
        await client.aclose()
