"""The demo as a person runs it: it starts, settles payments, stops cleanly and comes back."""

import asyncio
import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner

from sge.cli import command_line
from sge.demo.api import Api
from sge.demo.audits import keep_reconciled
from sge.demo.description import VERSION
from sge.demo.programs import PROGRAMS
from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT

pytestmark = pytest.mark.long

DEMO = [sys.executable, "-m", "sge.cli", "demo"]
# Deadlines of a test that hangs, generous since machines are busy: not promises.
START_SECONDS = 180.0
SETTLE_SECONDS = 120.0
STOP_SECONDS = 60.0
COUNTS = """
query Counts($slug: String!) {
  program(slug: $slug) { statistics { intentsByStatus { status count } } }
}
"""
NEWEST = """
query Newest($slug: String!) {
  program(slug: $slug) { intents(first: 1, filter: {status: [CONFIRMED]}) { nodes {
    id attempts { transaction { hash } }
  } } }
}
"""


class Demo:
    """A running demo in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "demo.log"
        line = [*DEMO, "--folder", str(folder), "--no-page", "--port", str(self.port), *arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                line, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def wait_until_ready(self, seconds: float) -> dict[str, Any]:
        """The description, once the demo says that it runs."""
        started = self.log.read_text().count("SGE is running")
        deadline = time.monotonic() + seconds
        while self.log.read_text().count("SGE is running") == started:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return dict(json.loads((self.folder / "demo.json").read_text()))

    def processes(self) -> list[psutil.Process]:
        """The demo and all that it has started."""
        demo = psutil.Process(self.process.pid)
        return [demo, *demo.children(recursive=True)]


@contextmanager
def running_demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    """A demo that is gone afterwards, also when the test fails."""
    demo = Demo(folder, *arguments)
    everything = [psutil.Process(demo.process.pid)]
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            everything = demo.processes()
            demo.process.terminate()
            demo.process.wait(STOP_SECONDS)
        for process in psutil.wait_procs(everything, timeout=1)[1]:
            process.kill()


def confirmed(description: dict[str, Any], number: int) -> int:
    """How many intents of the program are CONFIRMED, as its own key sees it."""
    program = description["programs"][number]
    answer = httpx.post(
        description["graphql"],
        json={"query": COUNTS, "variables": {"slug": program["slug"]}},
        headers={"authorization": f"Bearer {program['apiKey']}"},
    ).json()
    rows = answer["data"]["program"]["statistics"]["intentsByStatus"]
    return sum(int(row["count"]) for row in rows if row["status"] == "CONFIRMED")


def wait_until_confirmed(description: dict[str, Any], number: int, more_than: int) -> int:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (count := confirmed(description, number)) <= more_than:
        assert time.monotonic() < deadline, "nothing settles"
        time.sleep(0.5)
    return count


def stop(demo: Demo, farewell: signal.Signals) -> None:
    """Sends the signal; nothing may be left and the exit code is 0."""
    everything = demo.processes()
    demo.process.send_signal(farewell)
    assert demo.process.wait(STOP_SECONDS) == 0, demo.log.read_text()
    assert psutil.wait_procs(everything, timeout=1)[1] == []


def test_the_demo_starts_settles_stops_and_continues(server_folder: Path) -> None:
    with running_demo(server_folder) as first:
        description = first.wait_until_ready(START_SECONDS)
        check_description(description, server_folder / "demo.json")
        check_settings(server_folder / "demo.env")
        before = [wait_until_confirmed(description, number, 20) for number in (0, 1)]
        check_intent(description, server_folder / "demo.env")
        asyncio.run(check_reconciled(description))
        stop(first, signal.SIGINT)
    with running_demo(server_folder) as second:
        again = second.wait_until_ready(START_SECONDS)
        assert again["programs"] == description["programs"]
        assert again["tokenAddress"] == description["tokenAddress"]
        for number, count in enumerate(before):
            wait_until_confirmed(again, number, count + 5)
        stop(second, signal.SIGTERM)


def check_description(description: dict[str, Any], path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert description["version"] == VERSION
    assert len(description["wallets"]) == 20
    addresses = {"graphql", "ws", "dashboard", "metrics", "rpc", "tokenAddress", "gatewayAddress"}
    assert addresses | {"chainId", "operatorKey"} <= description.keys()
    for program, plan in zip(description["programs"], PROGRAMS, strict=True):
        assert program["slug"] == plan.slug
        assert len(program["owners"]) == 3
        assert len(program["affiliates"]) == len(plan.affiliates)
    assert [program["test"] for program in description["programs"]] == [True, False]


def check_settings(path: Path) -> None:
    """They are enough to run commands and processes by hand."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    environment = {name: value or "" for name, value in dotenv_values(path).items()}
    done = CliRunner().invoke(command_line(), ["doctor"], env=environment)
    assert done.exit_code == 0, done.output


def check_intent(description: dict[str, Any], path: Path) -> None:
    """An operator sees a settled intent's hash, and is told why it is not tried again."""
    program = description["programs"][0]
    answer = httpx.post(
        description["graphql"],
        json={"query": NEWEST, "variables": {"slug": program["slug"]}},
        headers={"authorization": f"Bearer {program['apiKey']}"},
    ).json()
    (intent,) = answer["data"]["program"]["intents"]["nodes"]
    environment = {name: value or "" for name, value in dotenv_values(path).items()}
    shown = CliRunner().invoke(command_line(), ["intent", "show", intent["id"]], env=environment)
    assert shown.stdout.startswith(f"{intent['id']}: "), shown.output
    assert f"try 1: {intent['attempts'][0]['transaction']['hash']} (ctx_" in shown.stdout
    line = ["intent", "retry", intent["id"], "--reason", "to see"]
    refused = CliRunner().invoke(command_line(), line, env=environment)
    assert refused.exit_code == 1
    assert "the intent is CONFIRMED: only a FAILED one can be tried again" in refused.output


async def check_reconciled(description: dict[str, Any]) -> None:
    """The demo asks for it by itself; a busy program's books and chain agree."""
    runs = "query Runs($slug: String!) { program(slug: $slug) { reconciliationRuns(first: 1) { nodes { status } } } }"
    root = description["graphql"].removesuffix("/graphql")
    program = description["programs"][0]
    async with Api(root, program["apiKey"]) as api:
        asking = asyncio.create_task(keep_reconciled({program["id"]: api}, every_seconds=1.0))
        async with asyncio.timeout(SETTLE_SECONDS):
            newest = ""
            while newest != "CLEAN":
                await asyncio.sleep(0.5)
                data = await api.query(runs, slug=program["slug"])
                found = data["program"]["reconciliationRuns"]["nodes"]
                newest = found[0]["status"] if found else ""
                assert newest not in {"DISCREPANCIES", "FAILED"}
        asking.cancel()


def test_a_killed_worker_is_replaced_and_nothing_is_lost(server_folder: Path) -> None:
    with running_demo(server_folder) as demo:
        description = demo.wait_until_ready(START_SECONDS)
        count = wait_until_confirmed(description, 0, 5)
        workers = [p for p in demo.processes() if "worker" in p.cmdline()]
        assert workers
        for worker in workers:
            worker.kill()
        wait_until_confirmed(description, 0, count + 20)
        stop(demo, signal.SIGTERM)
    assert "died and was started again" in demo.log.read_text()


def test_a_busy_port_is_named(server_folder: Path) -> None:
    with running_demo(server_folder, "--no-traffic") as first:
        first.wait_until_ready(START_SECONDS)
        other = subprocess.run(
            [*DEMO, "--port", str(first.port), "--folder", str(server_folder / "other")],
            check=False,
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert other.returncode == 2
        assert f"port {first.port} for the API is taken" in other.stderr
        same = subprocess.run(
            [*DEMO, "--folder", str(server_folder)],
            check=False,
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert same.returncode == 2
        assert f"in use by process {first.process.pid}" in same.stderr
