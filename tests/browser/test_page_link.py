"""What the page does when its socket is lost: it says so, comes back, and has missed nothing."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_ids, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_NEWEST = """
query Newest($slug: String!) {
  program(slug: $slug) { intents(first: 200) { nodes { id status } } }
}
"""


class Wire:
    """The page's sockets on their way to the real server; it can be cut and mended."""

    def __init__(self, page: Page) -> None:
        self._whole = True
        self._sockets: list[WebSocketRoute] = []
        self.subscriptions: list[str] = []
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
            if '"subscribe"' in str(message) and "programEvents" in str(message):
                self.subscriptions.append(str(message))
            server.send(message)

        socket.on_message(upstream)
        server.on_message(socket.send)


def test_a_lost_socket_is_shown_and_nothing_is_missed(page: Page, program: Program) -> None:
    wire = Wire(page)
    sign_in(page, program, "/intents")
    shown = intent_ids(page)
    expect(page.get_by_role("button", name=re.compile("new$"))).to_be_visible()

    wire.cut()
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Stale since \d\d:\d\d:\d\d UTC$"))).to_be_visible()
    wire.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    before, after = wire.subscriptions[0], wire.subscriptions[-1]
    assert len(wire.subscriptions) > 1
    assert _cursor(before) != _cursor(after), "resumes where it was, not where it began"
    nodes = program.ask(_NEWEST, slug=program.slug)["program"]["intents"]["nodes"]
    settled = {node["id"] for node in nodes if node["status"] == "CONFIRMED"} & set(shown)
    for intent in settled:
        row = page.locator("tbody tr").filter(has=page.locator(f"a[href$='{intent}']"))
        expect(row).to_contain_text("Confirmed")


def _cursor(subscribe: str) -> str:
    found = re.search(r'"after":"([^"]+)"', subscribe)
    assert found is not None, subscribe
    return found[1]
