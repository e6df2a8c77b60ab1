"""How long the affiliate tree takes to show what is asked for, in a browser, and how much of it is in the page."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.fixtures.seeded_page import SeededPage

_EVERYBODY = "S"
"""What each seeded referral code begins with."""

_WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
  }).observe({ entryTypes: ['longtask'] });
}"""
_SCROLL = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let at = 0; at < document.documentElement.scrollHeight; at += 400) {
    window.scrollTo(0, at);
    await frame();
  }
}"""


@dataclass(frozen=True)
class TreeFigures:
    """Milliseconds until it is there, by what is asked for; the page's elements when most rows are read, and those of it
    that are rows; the longest task while all of them are scrolled through.
    """

    milliseconds: dict[str, float]
    read: int
    rows: int
    elements: int
    longest_task_ms: float


def tree_figures(page: Page, seeded: SeededPage, pages_of_many: int) -> TreeFigures:
    """pages_of_many: how often 200 more of all members are asked for."""
    _sign_in(page, seeded)
    taken = {"open the tree": _timed(page.reload, _members(page).first)}
    for level in range(2, 6):
        taken[f"open level {level}"] = _open_last(page)
    taken["find by the start of a code"] = _find(page, seeded.deep_code, "match")
    taken["find by wallet"] = _find(page, seeded.deep_wallet, "1 match")
    taken["find all, 50 of them"] = _find(page, _EVERYBODY, "over 10,000 match")
    for _ in range(pages_of_many):
        taken["200 more"] = _more(page)
    page.evaluate(_WATCH)
    page.evaluate(_SCROLL)
    read = int(page.get_by_role("treegrid").get_attribute("aria-rowcount") or 0) - 2
    return TreeFigures(
        taken,
        read,
        _members(page).count(),
        page.evaluate("document.querySelectorAll('*').length"),
        page.evaluate("window.longest"),
    )


def _sign_in(page: Page, seeded: SeededPage) -> None:
    page.goto(f"{seeded.url}/#/p/{seeded.slug}/affiliates")
    page.get_by_label("API key").fill(seeded.key)
    page.get_by_role("button", name="Sign in").click()
    expect(_members(page).first).to_be_visible()


def _members(page: Page) -> Locator:
    return page.get_by_role("treegrid").locator("a.member-name")


def _open_last(page: Page) -> float:
    """Opens the first closed branch of the deepest level that is shown."""
    closed = page.locator("tr[aria-expanded=false]")
    deepest = max(int(level) for level in closed.evaluate_all("r => r.map(e => e.ariaLevel)"))
    row = page.locator(f"tr[aria-expanded=false][aria-level='{deepest}']").first
    below = page.locator(f"tr[aria-level='{deepest + 1}'] a.member-name").first
    return _timed(row.get_by_role("button").click, below)


def _find(page: Page, text: str, shown: str) -> float:
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Search affiliates").fill(text)
    return _timed(lambda: page.keyboard.press("Enter"), page.locator(".total", has_text=shown))


def _more(page: Page) -> float:
    """Until the last of them are on the screen."""
    tree = page.get_by_role("treegrid")
    before = tree.get_attribute("aria-rowcount")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    button = page.get_by_role("button", name="Show more members")
    button.scroll_into_view_if_needed()
    began = time.perf_counter()
    button.click()
    expect(tree).not_to_have_attribute("aria-rowcount", before or "")
    return 1000 * (time.perf_counter() - began)


def _timed(act: Callable[[], object], there: Locator) -> float:
    began = time.perf_counter()
    act()
    there.wait_for()
    return 1000 * (time.perf_counter() - began)
