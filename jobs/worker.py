"""A worker process: one event loop for its jobs, one listening thread for each queue, a heartbeat in the database."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from app.bus.queue import begin_wake_up
from app.bus.redis import connect_blocking
from app.bus.witness import RedisWitness
from app.chain.signer import Signer
from app.domain.actors import WORKER
from app.domain.ids import new_id
from app.processes.recovery.notice import Witness, notice_restore
from app.runtime import Runtime
from app.services.execute import execute
from app.store import heartbeats
from jobs import entry
from jobs.context import JobContext
from jobs.listener import Listener
from jobs.runner import JobRunner

_LOG = structlog.get_logger()
_BEAT_SECONDS = 10.0


async def work(runtime: Runtime, queues: Sequence[str]) -> None:
    """Works on these queues until SIGTERM or SIGINT; then ends what runs, and returns.

    The runtime is a worker's; its settings have relayer keys and the address of Redis.
    """
    name = f"{socket.gethostname()}.{os.getpid()}"
    context = JobContext(runtime, signers_of(runtime), holder=f"{name}.{new_id().hex[-6:]}")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, context.stopping.set)
    runner = JobRunner(context, queues)
    assert runtime.settings.redis_url is not None
    connection = connect_blocking(runtime.settings.redis_url.get_secret_value())

    def wake_up(job: str) -> None:
        begin_wake_up(job, connection)
        runner.wake_and_wait(job)

    entry.receive(wake_up)
    listeners = [Listener(queue, connection, context.holder) for queue in queues]
    for listener in listeners:
        listener.start()
    witness = RedisWitness(runtime.settings.redis_url.get_secret_value())
    # Before the first job: nothing may be signed from an older state than the chain's.
    await _notice_restore(context, witness)
    beating = asyncio.create_task(_beat(context, name, queues, runner, witness))
    _LOG.info("worker started", name=name, queues=list(queues))
    try:
        await runner.keep_time()
    finally:
        for listener in listeners:
            listener.stop()
        await beating
        for listener in listeners:
            await asyncio.to_thread(listener.join, 5.0)
        entry.receive(None)
        connection.close()
        await witness.close()
    _LOG.info("worker stopped", name=name)


def signers_of(runtime: Runtime) -> Mapping[str, Signer]:
    """The relayers of this process, by address."""
    signers = [Signer(key.get_secret_value()) for key in runtime.settings.relayer_private_keys()]
    return {signer.address: signer for signer in signers}


async def _notice_restore(context: JobContext, witness: Witness) -> None:
    """Statements that sign, post and propose look by themselves; this one stops everything and says so."""
    runtime = context.runtime
    await notice_restore(runtime.database, runtime.bells, witness, WORKER, runtime.clock)


async def _beat(
    context: JobContext, name: str, queues: Sequence[str], runner: JobRunner, witness: Witness
) -> None:
    runtime = context.runtime
    while True:
        stopping = context.stopping.is_set()
        state = "STOPPING" if stopping else "BUSY" if runner.current else "IDLE"
        beat = partial(
            heartbeats.beat,
            name=name,
            queues=queues,
            current_job=runner.current,
            state=state,
            at=runtime.clock(),
        )
        try:
            await _notice_restore(context, witness)
            await execute(runtime.database, runtime.bells, None, beat)
            if stopping:
                forget = partial(heartbeats.forget, name=name, at=runtime.clock())
                await execute(runtime.database, runtime.bells, None, forget)
                return
        except Exception:  # noqa: BLE001 - a worker works on, seen or not
            _LOG.exception("heartbeat failed")
            if stopping:
                return
        try:
            async with asyncio.timeout(_BEAT_SECONDS):
                await context.stopping.wait()
        except TimeoutError:
            continue
