"""What one web process depends on."""

from collections.abc import Sequence
from functools import partial

from app.checks.chains import Nodes, node_checks
from app.checks.database import answers, clock_agrees, disk_takes_writes, schema_fits
from app.checks.disks import disk_checks
from app.checks.findings import Check
from app.checks.redis import VARIABLE as REDIS_VARIABLE
from app.checks.redis import redis_answers, redis_keeps_jobs
from app.runtime import Runtime

_API = "SGE_DATABASE_API_URL"
_READ = "SGE_DATABASE_READ_URL"


def web_process_checks(runtime: Runtime, nodes: Nodes) -> Sequence[Check]:
    """PostgreSQL, its tables and its clock are needed: without them every answer would be wrong or none. Redis and nodes
    only delay, and a full disk leaves everything to be read: taking all web processes away at once would help nobody.
    """
    return [
        *_database_checks(runtime),
        *_redis_checks(runtime),
        *node_checks(nodes, runtime.clock),
        *disk_checks(runtime.settings.watched_folders),
    ]


def _database_checks(runtime: Runtime) -> list[Check]:
    database = runtime.database
    found = [
        Check("PostgreSQL", _API, partial(schema_fits, database, _API), needed=True),
        Check("clock", _API, partial(clock_agrees, database, runtime.clock, _API), needed=True),
        Check("PostgreSQL's disk", _API, partial(disk_takes_writes, database, _API)),
    ]
    if "read" in runtime.databases:
        replica = partial(answers, runtime.databases["read"], _READ)
        found.append(Check("PostgreSQL replica", _READ, replica))
    return found


def _redis_checks(runtime: Runtime) -> list[Check]:
    assert runtime.settings.redis_url is not None
    url = runtime.settings.redis_url.get_secret_value()
    return [
        Check("Redis", REDIS_VARIABLE, partial(redis_answers, url)),
        Check("Redis keeps jobs", REDIS_VARIABLE, partial(redis_keeps_jobs, url)),
    ]
