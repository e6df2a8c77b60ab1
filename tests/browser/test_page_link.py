"""What the page does when its socket is lost: it says so, comes back, and has missed nothing."""

import re
import time
from collections.abc import Callable
from itertools import takewhile

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_ids, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_NEWEST = """
query Newest($slug: String!) {
  program(slug: $slug) { intents(first: 200) { nodes { id } } }
}
"""


class Wire:
    """The page's sockets on their way to the real server; it can be cut and mended. subscriptions: to events of intents."""

    def __init__(self, page: Page) -> None:
        self._whole = True
        self._sockets: list[WebSocketRoute] = []
        self.subscriptions: list[str] = []
        self.events: list[str] = []
        page.route_web_socket(re.compile("/graphql$"), self._carry)

    def cut(self) -> None:
        """Closes every socket, as a server that restarts does, and lets no other through."""
        self._whole = False
        for socket in self._sockets:
            socket.close(code=1012, reason="Service restart")
        self._sockets.clear()

    def mend(self) -> None:
        """New sockets reach the server again."""
        self._whole = True

    def _carry(self, socket: WebSocketRoute) -> None:
        if not self._whole:
            socket.close(code=1013, reason="Try again later")
            return
        server = socket.connect_to_server()
        self._sockets += [socket, server]

        def upstream(message: str | bytes) -> None:
            if '"subscribe"' in str(message) and '"types":["INTENT"]' in str(message):
                self.subscriptions.append(str(message))
            server.send(message)

        def downstream(message: str | bytes) -> None:
            if '"programEvents"' in str(message):
                self.events.append(str(message))
            socket.send(message)

        socket.on_message(upstream)
        server.on_message(downstream)


@pytest.mark.long
def test_a_lost_socket_is_shown_and_nothing_is_missed(page: Page, program: Program) -> None:
    """Customers go on while it is cut: an event of each of their intents arrives afterwards, and each row is there, as it is."""
    wire = Wire(page)
    sign_in(page, program, "/intents")
    before = intent_ids(page)[0]
    new = page.get_by_role("button", name=re.compile("new$"))
    expect(new).to_be_visible()

    wire.cut()
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Stale since \d\d:\d\d:\d\d UTC$"))).to_be_visible()
    heard = len(wire.events)
    known = "".join(wire.events)
    missed: list[str] = []

    def customers_went_on() -> bool:
        missed[:] = [each for each in _newer_than(program, before) if each not in known]
        return len(missed) > 2

    _until(page, customers_went_on)
    wire.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    first, last = wire.subscriptions[0], wire.subscriptions[-1]
    assert _cursor(first) != _cursor(last), "resumes where it was, not where it began"
    _until(page, lambda: all(each in "".join(wire.events[heard:]) for each in missed))
    new.click()
    for intent in missed:
        row = page.locator("tbody tr").filter(has=page.locator(f"a[href$='{intent}']"))
        expect(row).to_contain_text("Confirmed")


def _newer_than(program: Program, intent: str) -> list[str]:
    nodes = program.ask(_NEWEST, slug=program.slug)["program"]["intents"]["nodes"]
    return list(takewhile(lambda each: each != intent, (node["id"] for node in nodes)))


def _until(page: Page, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30.0
    while not done():
        assert time.monotonic() < deadline
        page.wait_for_timeout(250)


def _cursor(subscribe: str) -> str:
    found = re.search(r'"after":"([^"]+)"', subscribe)
    assert found is not None, subscribe
    return found[1]
