"""Every place of the page, light and dark, at three widths: no axe violation, nothing sticks out, no complaint of the
browser, nothing asked of others.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page

from sge.embedded.project import PROJECT
from tests.browser.places import PLACES, Place, go
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_PAGE = PROJECT / "frontend-stub"
_AXE = _PAGE / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_TAB_IS_SEEN = """
[...document.querySelectorAll(".tabs [aria-current]")].every((tab) => {
  const [own, all] = [tab, tab.parentElement].map((part) => part.getBoundingClientRect());
  return own.left >= all.left - 1 && own.right <= all.right + 1;
})
"""
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_WIDTHS = (1280, 768, 390)


@pytest.fixture
def complaints(page: Page, stack: Stack) -> Iterator[list[str]]:
    """What the console says of errors and the policy, and addresses of others that were asked."""
    heard: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} or "Content Security Policy" in message.text:
            heard.append(message.text)

    page.on("console", said)
    page.on(
        "request", lambda asked: heard.append(asked.url) if _foreign(asked.url, stack) else None
    )
    return heard


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_place(page: Page, stack: Stack, place: Place, complaints: list[str]) -> None:
    go(page, stack, place)
    page.evaluate(_AXE.read_text())
    for scheme, width in product(_SCHEMES, _WIDTHS):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 844})
        assert _violations(page) == [], f"{scheme}, {width} px"
        assert _fits(page), f"something sticks out at {width} px"
        assert _tab_is_seen(page), f"the open tab is out of sight at {width} px"
    assert complaints == []


def test_no_section_is_without_a_place() -> None:
    """Whoever adds one to the page adds it here, where it is looked at."""
    sections = (_PAGE / "src" / "shell" / "sections.ts").read_text()
    paths = re.findall(r'^ {4}path: "([a-z]*)",$', sections, re.MULTILINE)
    assert len(paths) > 1
    routes = {place.route.split("/")[1] if place.route else "" for place in PLACES}
    assert set(paths) - routes == set()


def _foreign(address: str, stack: Stack) -> bool:
    return not address.startswith((stack.url, "data:", "blob:"))


def _violations(page: Page) -> list[tuple[str, str, str]]:
    found = page.evaluate(
        "rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", _RULES
    )
    return [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def _tab_is_seen(page: Page) -> bool:
    return bool(page.evaluate(_TAB_IS_SEEN))
