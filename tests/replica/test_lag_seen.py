"""A worker's look at the replica, with the role that the deployments give it."""

from datetime import timedelta

from pydantic import SecretStr

from app.domain.clock import real_clock
from app.processes.health.replica import ReplicaProbe
from app.runtime import connect_as, replica_connector
from app.settings import Settings
from tests.replica.conftest import Pair


async def test_who_looks_sees_how_far_the_replica_is_behind(pair: Pair) -> None:
    settings = Settings(
        _env_file=None,
        database_worker_url=SecretStr(pair.primary.address.dsn("sge_worker", "sge")),
        database_read_url=SecretStr(pair.replica_dsn),
    )
    primary = await connect_as(settings, "worker")
    probe = ReplicaProbe(primary, replica_connector(settings))
    now = real_clock()

    def looked(at: str) -> None:
        # Flushed before it answers, so that `catch_up` waits for it.
        update = f"UPDATE platform_health SET read_at = '{at}'"
        pair.primary.run_sql(f"SET synchronous_commit = local; {update}", "sge")

    try:
        looked(now.isoformat())
        await pair.catch_up()
        assert await probe.lag_seconds(now) == 0.0
        pair.replica.hold()
        later = now + timedelta(seconds=30)
        looked(later.isoformat())
        assert await probe.lag_seconds(later) == 30.0
    finally:
        pair.replica.go_on()
        await probe.close()
        await primary.close()
