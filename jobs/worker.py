"""A worker process: one event loop for its jobs, one listening thread for each queue, a heartbeat in the database."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import structlog
from redis import Redis

from app.bus.queue import begin_wake_up, wake_now
from app.bus.redis import REDIS_FAILURES, connect_blocking
from app.bus.witness import RedisWitness
from app.chain.signer import Signer
from app.domain.ids import new_id
from app.runtime import Runtime
from jobs import entry
from jobs.context import JobContext
from jobs.ending import Ending
from jobs.heartbeat import Heartbeat
from jobs.listener import Listener
from jobs.runner import JobRunner

_LOG = structlog.get_logger()


async def work(runtime: Runtime, queues: Sequence[str]) -> None:
    """Works on these queues until SIGTERM or SIGINT; then finishes or hands back what it holds, and returns.

    The runtime is a worker's; its settings have relayer keys and the address of Redis.
    """
    name = f"{socket.gethostname()}.{os.getpid()}"
    ending = Ending()
    ending.listen()
    context = JobContext(
        runtime,
        signers_of(runtime),
        holder=f"{name}.{new_id().hex[-6:]}",
        stopping=ending.stopping,
    )
    runner = JobRunner(context, queues)
    assert runtime.settings.redis_url is not None
    address = runtime.settings.redis_url.get_secret_value()
    connection = connect_blocking(address)
    entry.receive(partial(_wake_up, context, runner, connection))
    listeners = [Listener(queue, connection, context.holder) for queue in queues]
    for listener in listeners:
        listener.start()
    assert context.runtime.settings.encryption_key is not None
    witness = RedisWitness(address, context.runtime.settings.encryption_key)
    heartbeat = Heartbeat(context, name, queues, runner, witness)
    # Before the first job: nothing may be signed from an older state than the chain's.
    await heartbeat.notice_restore()
    beating = asyncio.create_task(heartbeat.beat())
    _LOG.info("worker started", name=name, queues=list(queues))
    try:
        await runner.keep_time()
    finally:
        for listener in listeners:
            listener.stop()
        await runner.finish(ending)
        # Whoever has these jobs too goes on with what was handed back.
        await runtime.bells.jobs(runner.names)
        heartbeat.ended.set()
        await beating
        for listener in listeners:
            await asyncio.to_thread(listener.join, 5.0)
        entry.receive(None)
        connection.close()
        await witness.close()
    _LOG.info("worker stopped", name=name)


def _wake_up(context: JobContext, runner: JobRunner, connection: Redis, job: str) -> None:
    """On a listener's thread. What comes while the process ends goes back into the queue, for another one."""
    begin_wake_up(job, connection)
    if not context.stopping.is_set():
        runner.wake_and_wait(job)
        return
    with suppress(*REDIS_FAILURES):
        wake_now(job, connection)


def signers_of(runtime: Runtime) -> Mapping[str, Signer]:
    """The relayers of this process, by address."""
    signers = [Signer(key.get_secret_value()) for key in runtime.settings.relayer_private_keys()]
    return {signer.address: signer for signer in signers}
