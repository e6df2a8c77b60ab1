"""The page in a real Chromium, beside a running demo: first load, from a commit to the screen, and 500 rows that change.

    python -m bench.page [--page http://127.0.0.1:8000/] [--seconds 60]

A demo is started, has its 500 intents, and ends afterwards; for the rows its customers rest.

From a commit to the screen: from the instant at which PostgreSQL committed a transition (track_commit_timestamp) to
the frame in which the row of that intent shows it, by one clock. The rows: 500 are opened, then events come over the page's
own socket, 50 a second, about rows that are shown, while somebody scrolls; long tasks are what Chromium calls so (50 ms), and
beside them stands what each task of the page's thread took of the processor, which others on the machine do not change.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from dotenv import dotenv_values
from playwright.sync_api import Browser, Page, WebSocketRoute, sync_playwright

from schema.ids import IdPrefix, decode_id, encode_id
from sge.embedded.ports import free_port
from sge.embedded.postgres import Postgres
from tests.fixtures.folders import server_folder_for_a_while
from tests.fixtures.stack import Program, Stack, running_stack

LOADS = 7
ROWS = 500
EVENTS_A_SECOND = 50
# As `sge demo` has them.
CUSTOMERS_A_SECOND = 5.0
# Whoever reads the rows has a machine of their own: here workers and chain would take both cores.
AT_REST = 0.1
_FLAGS = ["--no-sandbox", "--disable-gpu"]
_TASKS = ["disabled-by-default-devtools.timeline", "__metadata"]
_SEEN = """() => {
  window.seen = {};
  window.long = [];
  const rows = () => {
    const now = performance.timeOrigin + performance.now();
    for (const line of document.querySelectorAll("table.intents tbody tr")) {
      const id = line.querySelector("th a")?.href.split("/").pop();
      if (id) (window.seen[id] ??= {})[line.children[2].innerText.replace(/\\s+/g, " ").trim()] ??= now;
    }
  };
  new MutationObserver(rows).observe(document.querySelector("main"),
    { subtree: true, childList: true, characterData: true });
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask" });
  rows();
}"""
_HOW_MANY = "query ($slug: String!) { program(slug: $slug) { intents { totalCount { value } } } }"
# The frame in which the counters stand: asking for it from outside takes a turn of its own.
_LIVE = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".counters")) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.live = performance.now(); });
}).observe(document, { subtree: true, childList: true });"""
_WHEN_LIVE = """new Promise((done) => {
  const look = () => (window.live ? done(window.live) : requestAnimationFrame(look));
  look();
})"""
_COMMITS = """
SELECT intent_id, to_status, stage, pg_xact_commit_timestamp(xmin) AS at FROM intent_transition
WHERE intent_id = ANY($1::uuid[]) ORDER BY at
"""


class Wire:
    """The page's socket on its way to the server; events can be put in between."""

    def __init__(self, page: Page) -> None:
        self._socket: WebSocketRoute | None = None
        self._operation, self._cursor = "", ""
        page.route_web_socket(re.compile("/graphql$"), self._carry)

    def tell(self, intent: str, stage: str) -> None:
        """An event as the server would send it."""
        event = {
            "cursor": self._cursor,
            "type": "INTENT",
            "name": f"intent.{stage.lower()}",
            "at": f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}Z",
            "entityId": intent,
            "data": {"v": 1, "from": "PROCESSING", "status": "PROCESSING", "stage": stage},
        }
        assert self._socket is not None
        told = {
            "id": self._operation,
            "type": "next",
            "payload": {"data": {"programEvents": event}},
        }
        self._socket.send(json.dumps(told))

    def _carry(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._socket = socket

        def up(message: str | bytes) -> None:
            if "ProgramEvents" in str(message):
                self._operation = json.loads(message)["id"]
            server.send(message)

        def down(message: str | bytes) -> None:
            found = re.search(r'"cursor":"([^"]+)"', str(message))
            self._cursor = found[1] if found else self._cursor
            socket.send(message)

        socket.on_message(up)
        server.on_message(down)


class Visitor:
    """Whoever reads the demo's first program with its key."""

    def __init__(self, browser: Browser, stack: Stack, address: str) -> None:
        self.browser = browser
        self._program = stack.programs[0]
        self._address = address

    def page(self, route: str, *, wired: bool = False) -> tuple[Page, Wire | None]:
        """A browser that was never here, signed in, on its way to a route."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        wire = Wire(page) if wired else None
        session = json.dumps({"kind": "key", "token": self._program.key})
        page.add_init_script(f"sessionStorage.setItem('sge.session', {session!r})")
        page.add_init_script(_LIVE)
        page.goto(f"{self._address}#/p/{self._program.slug}{route}", wait_until="commit")
        return page, wire


def first_load(visitor: Visitor) -> list[float]:
    """Milliseconds from the start of the navigation to the first live numbers, nothing cached."""
    took = []
    for _ in range(LOADS):
        page, _ = visitor.page("")
        page.wait_for_selector(".counters")
        took.append(page.evaluate(_WHEN_LIVE))
        page.context.close()
    return took


def rows_that_move(visitor: Visitor, seconds: float) -> dict[str, dict[str, float]]:
    """When each row's texts were first shown, by intent. Rows that wait behind the bar are let in each second."""
    page, _ = visitor.page("/intents")
    page.wait_for_selector("table.intents tbody tr")
    page.evaluate(_SEEN)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(1000)
        bar = page.get_by_role("button", name=re.compile("new$"))
        if bar.count():
            bar.click()
    seen: dict[str, dict[str, float]] = page.evaluate("seen")
    page.context.close()
    return {intent: texts for intent, texts in seen.items() if len(texts) > 1}


def commits_of(stack: Stack, seen: Iterable[str]) -> list[asyncpg.Record]:
    """When each transition of these intents was committed."""
    url = dotenv_values(stack.folder / "demo.env")["SGE_DATABASE_OWNER_URL"]
    ids = [decode_id(IdPrefix.INTENT, intent) for intent in seen]

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(_COMMITS, ids))
        finally:
            await connection.close()

    # Playwright has this thread's event loop.
    with ThreadPoolExecutor() as thread:
        return thread.submit(asyncio.run, fetch()).result()


def to_the_screen(
    commits: Iterable[asyncpg.Record], seen: Mapping[str, Mapping[str, float]]
) -> list[float]:
    """Milliseconds from the commit of each transition of a row that was there to its row's frame."""
    found = []
    for one in commits:
        texts = seen[encode_id(IdPrefix.INTENT, one["intent_id"])]
        committed = 1000 * one["at"].timestamp()
        if committed < min(texts.values()):
            continue  # before its row was there: it waited behind the bar, or was read
        words = f"{one['to_status']} {one['stage']}".lower()
        shown = [at for text, at in texts.items() if text.lower().startswith(words)]
        if shown:
            found.append(shown[0] - committed)
    return found


def long_tasks(visitor: Visitor, seconds: float) -> tuple[list[float], list[float], float]:
    """How long each long task was while the rows lived, the processor's time of every task, and events a second."""
    page, wire = visitor.page("/intents", wired=True)
    assert wire is not None
    page.wait_for_selector("table.intents tbody tr")
    rows = page.locator("table.intents")
    while int(rows.get_attribute("aria-rowcount") or 0) <= ROWS:
        page.get_by_role("button", name="Show older intents").click()
        page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(_SEEN)
    visitor.browser.start_tracing(page=page, categories=_TASKS)
    begun, told = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < seconds:
        ids = page.evaluate("[...document.querySelectorAll('table.intents th a')].map(a => a.href)")
        page.mouse.wheel(0, 400 if int(passed) % 8 < 4 else -400)
        while told < (time.monotonic() - begun) * EVENTS_A_SECOND:
            intent = ids[told % len(ids)].rsplit("/", 1)[1]
            wire.tell(intent, ("SIGNED", "BROADCAST", "MINED")[told % 3])
            told += 1
        page.wait_for_timeout(20)
    rate = told / (time.monotonic() - begun)
    found: list[float] = page.evaluate("long")
    cost = _costs(json.loads(visitor.browser.stop_tracing())["traceEvents"])
    page.context.close()
    return found, cost, rate


def _costs(trace: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of the processor for each task of the page's main thread, whoever else wants the processor."""
    threads = {
        (event["pid"], event["tid"])
        for event in trace
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event["tdur"] / 1000
        for event in trace
        if event["name"] == "RunTask"
        and "tdur" in event
        and (event["pid"], event["tid"]) in threads
    ]


def _line(name: str, values: list[float]) -> None:
    if len(values) < 2:
        print(f"{name}: only {len(values)}")
        return
    parts = statistics.quantiles(values, n=20, method="inclusive")
    print(
        f"{name}: n {len(values)}, p50 {statistics.median(values):.0f}, p95 {parts[18]:.0f},"
        f" longest {max(values):.0f} ms"
    )


@contextmanager
def _demo(folder: Path, rate: float) -> Iterator[Stack]:
    """A demo that has had its 500 intents. rate: what its customers pay from now on, intents a second."""
    (folder / "demo.json").unlink(missing_ok=True)  # tells when it is ready, and where
    with running_stack(folder, free_port(), rate=rate) as stack:
        program = stack.programs[0]
        while _intents(program) < ROWS:
            time.sleep(1.0)
        yield stack


def _intents(program: Program) -> int:
    found: int = program.ask(_HOW_MANY, slug=program.slug)["program"]["intents"]["totalCount"][
        "value"
    ]
    return found


def main() -> None:
    """Prints the three, and the load of the machine beside them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--page", help="the page's address, if another server has it")
    options.add_argument("--seconds", type=float, default=60.0)
    given = options.parse_args()
    print(f"a demo is started; it takes a while until it has {ROWS} intents", flush=True)
    with server_folder_for_a_while() as folder, sync_playwright() as playwright:
        with Postgres(folder / "postgres") as database:
            database.run_sql("ALTER SYSTEM SET track_commit_timestamp = on")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        with _demo(folder, CUSTOMERS_A_SECOND) as stack:
            visitor = Visitor(browser, stack, given.page or f"{stack.url}/")
            _line("first load to live numbers", first_load(visitor))
            seen = rows_that_move(visitor, given.seconds)
            commits = commits_of(stack, seen)
            _line("from a commit to the screen", to_the_screen(commits, seen))
            print(f"load average {os.getloadavg()[0]:.1f}", flush=True)
        with _demo(folder, AT_REST) as stack:
            visitor = Visitor(browser, stack, given.page or f"{stack.url}/")
            tasks, costs, rate = long_tasks(visitor, given.seconds)
            print(
                f"{ROWS} rows, {rate:.0f} events a second: {len(tasks)} long tasks,"
                f" longest {max(tasks, default=0):.0f} ms"
            )
            busy = sum(costs) / given.seconds / 10
            print(f"of the processor: {busy:.0f} % of a core, longest task {max(costs):.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
