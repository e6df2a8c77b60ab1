"""Whoever can write to Redis wakes our jobs, and runs nothing else where the relayers' keys are."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Callback
from rq.webhook import Webhook

from app.bus.channels import dotted_name
from app.bus.queue import rq_queue
from jobs import entry
from jobs.listener import Listener
from sge.embedded.redis_server import Redis as RedisServer

QUEUE = "upkeep"
OURS = dotted_name("housekeeping")


@pytest.fixture(scope="module")
def listening(shared_redis: RedisServer) -> Iterator[list[str]]:
    """One worker for all tests: ending takes it two seconds."""
    found: list[str] = []
    entry.receive(found.append)
    listener = Listener(QUEUE, Redis.from_url(shared_redis.url), "test")
    listener.start()
    yield found
    listener.stop()
    listener.join(20)
    entry.receive(None)


@pytest.fixture
def woken(listening: list[str]) -> list[str]:
    """The jobs that a listening worker was made to run."""
    listening.clear()
    return listening


def wait_for(found: list[str], number: int) -> None:
    deadline = time.monotonic() + 20
    while len(found) < number:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def called() -> Iterator[tuple[str, list[str]]]:
    """A server, and what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()
    thread.join()


Enqueue = Callable[..., Any]
FOREIGN: dict[str, Callable[[Enqueue, str], Any]] = {
    "another function": lambda enqueue, folder: enqueue("os.mkdir", folder),
    "a shell": lambda enqueue, folder: enqueue("os.system", f"mkdir {folder}"),
    "with keywords": lambda enqueue, folder: enqueue("os.mkdir", kwargs={"path": folder}),
    "a class of ours": lambda enqueue, folder: enqueue(
        "sge.embedded.private_file.write_private", folder, "text"
    ),
    "ours, with arguments": lambda enqueue, folder: enqueue(OURS, folder),
    "a path into ours": lambda enqueue, folder: enqueue(f"{OURS}.__globals__.get", folder),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_only_our_jobs_run(what: str, redis_url: str, woken: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "made"
    enqueue = partial(rq_queue(QUEUE, Redis.from_url(redis_url)).enqueue)
    FOREIGN[what](enqueue, str(folder))
    enqueue(OURS)
    wait_for(woken, 1)
    time.sleep(0.2)
    assert woken == ["housekeeping"]
    assert not folder.exists()


def test_nothing_hangs_on_our_jobs(
    redis_url: str, woken: list[str], tmp_path: Path, called: tuple[str, list[str]]
) -> None:
    """Callbacks run code, and webhooks call addresses from inside our network."""
    url, asked = called
    enqueue = rq_queue(QUEUE, Redis.from_url(redis_url)).enqueue
    hang = Callback("sge.embedded.private_file.write_private")
    hook = [Webhook(url, status) for status in ("finished", "failed")]
    enqueue(OURS, on_success=hang, on_failure=hang, webhooks=hook)
    enqueue("os.mkdir", str(tmp_path / "made"), on_failure=hang, webhooks=hook)
    enqueue(OURS)
    wait_for(woken, 2)
    time.sleep(0.3)
    assert asked == []
    assert list(tmp_path.iterdir()) == []
