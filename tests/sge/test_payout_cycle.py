"""`sge demo payout-cycle` as a person runs it: beside a demo with customers, and by itself."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from tests.sge.test_demo import DEMO, START_SECONDS, confirmed, running_demo, stop

pytestmark = pytest.mark.long

_CYCLE_SECONDS = 300.0


def _cycle(folder: Path) -> str:
    line = [*DEMO, "payout-cycle", "--folder", str(folder), "--port", str(free_port())]
    ended = subprocess.run(
        line, check=False, cwd=PROJECT, capture_output=True, text=True, timeout=_CYCLE_SECONDS
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    _, _, proof = ended.stdout.partition("The proof\n")
    assert re.search(r"(\d+) of \1 payouts PAID", proof), ended.stdout
    assert "ExecutionSuccess of exactly its hash" in proof
    assert "as the ledger says, and the ledger balances" in proof
    assert "✗" not in proof
    return ended.stdout


def test_a_payout_from_payments_to_transfers(server_folder: Path) -> None:
    with running_demo(server_folder) as demo:
        description = demo.wait_until_ready(START_SECONDS)
        beside = _cycle(server_folder)
        assert "SGE is running" not in beside
        assert confirmed(description, 0) > 0
        stop(demo, signal.SIGTERM)
    alone = _cycle(server_folder)
    assert "SGE is running" in alone
    assert "everything has stopped" in alone
