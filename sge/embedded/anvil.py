"""A development chain: Foundry's anvil as a child process."""

import json
import shutil
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

from sge.embedded.anvil_binary import anvil_binary
from sge.embedded.child import Launch
from sge.embedded.ports import LOOPBACK
from sge.embedded.server import Server

CHAIN_ID = 31337
_BLOCK_GAS = 60_000_000
_BLOCK_SECONDS = 1
# It saves everything at once, so what it keeps is bounded: logs and receipts of ten minutes, which
# is how long workers may be away. A transaction takes about 20 kB of its state.
_SAVE_SECONDS = 30
_KEPT_BLOCKS = 600
_CALL_SECONDS = 30.0
# A block made at the same instant leaves the node's chain broken for good: its numbers and parents no longer agree.
_REWINDS = {"evm_revert"}
# Whatever proxy the machine has: this is our own loopback port.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AnvilRefusal(RuntimeError):
    """anvil answered a control call with an error."""


class Anvil(Server):
    """A chain of one node: a block with each transaction and one a second, finality two blocks on.

    With `remembers` its state is kept in the folder: saved each half minute and at a clean stop, with the logs and
    receipts of the last `keeps_blocks`.
    `keeps_states`: of how many old blocks the state stays on the disk, each a copy of everything; without it of 3 600. Once a
    longer stretch is taken back with evm_revert, the blocks before it have none.
    Without `ticks` it makes no block of itself: tests mine what they need, and need not wait to go back.
    """

    name: ClassVar[str] = "anvil"
    farewell: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        remembers: bool = True,
        keeps_blocks: int = _KEPT_BLOCKS,
        keeps_states: int | None = None,
        ticks: bool = True,
        accounts: int = 10,
        options: tuple[str, ...] = (),
    ) -> None:
        super().__init__(folder, port=port)
        self._remembers = remembers
        self._keeps_blocks = keeps_blocks
        self._keeps_states = keeps_states
        self._ticks = ticks
        self._accounts = accounts
        self._options = options

    @property
    def url(self) -> str:
        """The JSON-RPC address."""
        return f"http://{LOOPBACK}:{self.port}"

    def call(self, method: str, *parameters: Any) -> Any:
        """One JSON-RPC call, for control (`anvil_*`, `evm_*`); raises AnvilRefusal on an error."""
        if method in _REWINDS:
            self._let_blocks_pass()
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        request = urllib.request.Request(  # noqa: S310 - the address is our own loopback port
            self.url, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with _DIRECT.open(request, timeout=_CALL_SECONDS) as response:
            answer = json.load(response)
        if "error" in answer:
            raise AnvilRefusal(f"{method}: {answer['error']}")
        return answer["result"]

    def _let_blocks_pass(self) -> None:
        """Returns when no block is being made: the node makes one at a time, and has just made one."""
        if not self._ticks:
            self.call("evm_mine")
            return
        before, deadline = self.call("eth_blockNumber"), time.monotonic() + 1.3 * _BLOCK_SECONDS
        while time.monotonic() < deadline and self.call("eth_blockNumber") == before:
            time.sleep(0.01)

    def _launch(self) -> Launch:
        command = [str(anvil_binary()), "--host", LOOPBACK, "--port", str(self.port), "--quiet"]
        command += ["--chain-id", str(CHAIN_ID), "--accounts", str(self._accounts)]
        # Instant mining alone strands a burst that exceeds one block's gas for ever.
        if self._ticks:
            command += ["--block-time", str(_BLOCK_SECONDS), "--mixed-mining"]
        command += ["--enable-tx-gas-limit", "--gas-limit", str(_BLOCK_GAS)]
        command += ["--slots-in-an-epoch", "1"]
        command += ["--cache-path", str(self._old_states())]
        if self._keeps_states is not None:
            command += ["--max-persisted-states", str(self._keeps_states)]
        if self._remembers:
            state = self.folder / "state.json"
            command += ["--state", str(state), "--state-interval", str(_SAVE_SECONDS)]
            command += ["--transaction-block-keeper", str(self._keeps_blocks)]
        return Launch(command + list(self._options))

    def _old_states(self) -> Path:
        """An empty folder for states that leave memory; in the home folder those of a killed node stayed, gigabytes in the end."""
        states = self.folder / "states"
        shutil.rmtree(states, ignore_errors=True)
        return states

    def _answers(self) -> bool:
        try:
            return bool(self.call("eth_chainId"))
        except (OSError, ValueError):
            return False
