"""What one process depends on."""

from collections.abc import Sequence
from functools import partial

from app.checks.chains import Nodes, node_checks
from app.checks.database import answers, clock_agrees, disk_takes_writes, schema_fits
from app.checks.disks import disk_checks
from app.checks.findings import Check
from app.checks.redis import VARIABLE as REDIS_VARIABLE
from app.checks.redis import redis_answers, redis_keeps_jobs
from app.runtime import Runtime

_API, _WORKER = "SGE_DATABASE_API_URL", "SGE_DATABASE_WORKER_URL"
NODE_SECONDS = 2.0
"""How long a node is waited for."""
_READ = "SGE_DATABASE_READ_URL"


def process_checks(runtime: Runtime, nodes: Nodes) -> Sequence[Check]:
    """PostgreSQL, its tables and its clock are needed: without them every answer would be wrong or none. Redis and nodes
    only delay, and a full disk leaves everything to be read: taking all processes away at once would help nobody.
    """
    return [
        *_database_checks(runtime),
        *_redis_checks(runtime),
        *node_checks(nodes, runtime.clock),
        *disk_checks(runtime.settings.watched_folders),
    ]


def _database_checks(runtime: Runtime) -> list[Check]:
    database = runtime.database
    url = _WORKER if "worker" in runtime.databases else _API
    found = [
        Check("PostgreSQL", url, partial(schema_fits, database, url), needed=True),
        Check("clock", url, partial(clock_agrees, database, runtime.clock, url), needed=True),
        Check("PostgreSQL's disk", url, partial(disk_takes_writes, database, url)),
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
