"""PostgreSQL keeps its data through stops and kills, and its roles are what they should be."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sge.embedded.failures import AlreadyRunning, PortBusy
from sge.embedded.ports import LOOPBACK
from sge.embedded.postgres import Postgres, archiving
from sge.embedded.postgres_address import ROLES
from sge.embedded.project import PROJECT

# Without the parent's death signal, as on macOS: the server outlives its starter.
LEAVE_RUNNING = """
import os, pathlib, sys
from sge.embedded import parent_death
from sge.embedded.postgres import Postgres
parent_death._LIBC = None
print(Postgres(pathlib.Path(sys.argv[1]), durable=False).start().pid, flush=True)
os._exit(0)
"""


def write_mark(server: Postgres) -> None:
    server.run_sql("CREATE TABLE mark AS SELECT 7 AS n", "sge")


def read_mark(server: Postgres) -> str:
    return server.run_sql("SELECT n FROM mark", "sge").strip()


def test_a_restart_keeps_data_and_passwords(server_folder: Path) -> None:
    with Postgres(server_folder, durable=False) as server:
        write_mark(server)
        passwords = server.address.passwords
    with Postgres(server_folder, durable=False) as again:
        assert read_mark(again) == "7"
        assert again.address.passwords == passwords


def test_a_killed_server_starts_again_with_its_data(server_folder: Path) -> None:
    killed = Postgres(server_folder).start()
    write_mark(killed)
    os.kill(killed.pid, signal.SIGKILL)
    killed.stop()
    with Postgres(server_folder) as again:
        assert read_mark(again) == "7"


def test_what_a_killed_run_left_running_is_stopped(server_folder: Path) -> None:
    left = subprocess.run(
        [sys.executable, "-c", LEAVE_RUNNING, str(server_folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    orphan = psutil.Process(int(left.stdout))
    assert orphan.is_running()
    with Postgres(server_folder, durable=False) as again:
        assert not orphan.is_running()
        assert again.run_sql("SELECT 1").strip() == "1"


def test_a_process_id_used_again_by_another_program_is_no_server(server_folder: Path) -> None:
    with Postgres(server_folder, durable=False) as server:
        write_mark(server)
        lock = (server_folder / "data" / "postmaster.pid").read_text()
    _, rest = lock.split("\n", 1)
    (server_folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    with Postgres(server_folder, durable=False) as again:
        assert read_mark(again) == "7"
    assert psutil.pid_exists(os.getpid())


def test_a_folder_belongs_to_one_run(server_folder: Path) -> None:
    with (
        Postgres(server_folder, durable=False),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"),
    ):
        Postgres(server_folder, durable=False).start()


def test_a_busy_port_is_named(server_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortBusy, match=f"port {port} for PostgreSQL"):
            Postgres(server_folder, port=port).start()


def test_no_role_can_bypass_row_security(server_folder: Path) -> None:
    with Postgres(server_folder, durable=False) as server:
        mighty = server.run_sql(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'sge\\_%' AND (rolsuper OR "
            "rolbypassrls OR rolcreaterole OR rolcreatedb OR NOT rolcanlogin"
            " OR rolreplication <> (rolname = 'sge_backup'))"
        )
        roles = server.run_sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'sge\\_%'")
    assert mighty == ""
    assert set(roles.split()) == set(ROLES)


def test_nobody_else_can_read_the_passwords_or_open_the_socket(server_folder: Path) -> None:
    with Postgres(server_folder, durable=False) as server:
        for secret in server_folder.glob("*.password"):
            assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.address.socket_folder.stat().st_mode) == 0o700
        socket_folder = server.address.socket_folder
    assert not socket_folder.exists()


def test_a_part_of_the_log_may_be_archived_again_and_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "the archive"
    folder.mkdir()
    part = tmp_path / "part"
    command = archiving(folder)["archive_command"].replace("%p", str(part)).replace("%f", "0001")

    def archive(content: str) -> int:
        part.write_text(content)
        return subprocess.run(command, shell=True, check=False).returncode

    assert archive("written") == 0
    assert archive("written") == 0  # the server died before it could note it
    assert archive("another server's") != 0
    assert [(one.name, one.read_text()) for one in folder.iterdir()] == [("0001", "written")]
