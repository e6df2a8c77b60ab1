"""Redis and anvil come back after a stop and after a kill, and never outlive their starter."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import redis

from sge.embedded.anvil import CHAIN_ID, Anvil
from sge.embedded.failures import ToolMissing
from sge.embedded.ports import LOOPBACK
from sge.embedded.project import PROJECT
from sge.embedded.redis_server import Redis

DIE_SECONDS = 10.0
_MORE_THAN_MEMORY_HOLDS = 600
_MOST_COPIES = 128


def test_redis_asks_for_its_password(own_redis: Redis) -> None:
    stranger = redis.Redis(host=LOOPBACK, port=own_redis.port, retry=None)
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    with redis.Redis.from_url(own_redis.url) as client:
        assert client.ping()


def test_redis_comes_back_after_a_kill_at_the_same_address(own_redis: Redis) -> None:
    address = own_redis.url
    os.kill(own_redis.pid, signal.SIGKILL)
    own_redis.stop()
    own_redis.start()
    assert own_redis.url == address
    with redis.Redis.from_url(address) as client:
        assert client.ping()


def test_the_chain_survives_a_clean_stop(server_folder: Path) -> None:
    with Anvil(server_folder) as node:
        (payer, payee, *_) = node.call("eth_accounts")
        node.call("eth_sendTransaction", {"from": payer, "to": payee, "value": "0x1"})
        node.call("evm_mine")
        balance = node.call("eth_getBalance", payee, "latest")
        height = int(node.call("eth_blockNumber"), 16)
    with Anvil(server_folder) as again:
        assert int(again.call("eth_chainId"), 16) == CHAIN_ID
        assert again.call("eth_getBalance", payee, "latest") == balance
        assert int(again.call("eth_blockNumber"), 16) >= height


def test_old_states_of_a_killed_node_stay_in_its_folder_until_it_starts_again(
    server_folder: Path,
) -> None:
    states = server_folder / "states"
    node = Anvil(server_folder, ticks=False).start()
    for _ in range(_MORE_THAN_MEMORY_HOLDS):
        node.call("evm_mine")
    assert any(states.rglob("*.json"))
    os.kill(node.pid, signal.SIGKILL)
    node.stop()
    with Anvil(server_folder, ticks=False):
        assert not any(states.rglob("*.json"))


def test_a_chain_that_runs_for_hours_keeps_few_copies_of_itself(server_folder: Path) -> None:
    with Anvil(server_folder, ticks=False, keeps_states=_MOST_COPIES) as node:
        node.call("anvil_mine", hex(_MORE_THAN_MEMORY_HOLDS + 2 * _MOST_COPIES))
        stored = sum(1 for _ in (server_folder / "states").rglob("*.json"))
        assert 0 < stored <= _MOST_COPIES


def test_a_chosen_program_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, server_folder: Path
) -> None:
    monkeypatch.setenv("SGE_REDIS_SERVER", "/nowhere/redis-server")
    with pytest.raises(ToolMissing, match="SGE_REDIS_SERVER is /nowhere/redis-server"):
        Redis(server_folder).start()
    monkeypatch.setenv("SGE_ANVIL", "/nowhere/anvil")
    with pytest.raises(ToolMissing, match="SGE_ANVIL is /nowhere/anvil"):
        Anvil(server_folder / "anvil").start()


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_servers_die_with_a_killed_starter(server_folder: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from sge.embedded.redis_server import Redis\n"
        "server = Redis(pathlib.Path(sys.argv[1])).start()\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(server_folder)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    server = psutil.Process(int(starter.stdout.readline()))
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + DIE_SECONDS
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "Redis outlived the process that started it"
        time.sleep(0.05)
