"""migrations/bootstrap.sql as a superuser runs it by hand, with psql."""

import os
import subprocess

import pytest

from sge.embedded.postgres import BOOTSTRAP
from sge.embedded.postgres_binaries import postgres_binaries
from tests.fixtures.cluster import Cluster

ROLES = ("OWNER", "API", "WORKER", "FEED", "READER")


def run(cluster: Cluster, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """With the call that stands in the file's head."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    return subprocess.run(
        [str(postgres_binaries(None) / "psql"), "--file", str(BOOTSTRAP), cluster.admin_dsn()],
        check=False,
        env=inherited | passwords,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("missing", [ROLES, ("FEED",)])
def test_a_missing_password_is_named_and_nothing_is_done(
    cluster: Cluster, missing: tuple[str, ...]
) -> None:
    given = {f"SGE_{role}_PASSWORD": "word" for role in ROLES if role not in missing}
    done = run(cluster, given)
    assert done.returncode == 3
    assert f"set {', '.join(f'SGE_{role}_PASSWORD' for role in missing)} in the env" in done.stderr
    assert "ALTER ROLE" not in done.stdout
    assert done.stderr.count("ERROR") == 1


def test_it_may_be_repeated(cluster: Cluster) -> None:
    own = {
        f"SGE_{role[4:].upper()}_PASSWORD": word for role, word in cluster.address.passwords.items()
    }
    done = run(cluster, own)
    assert done.returncode == 0, done.stderr
