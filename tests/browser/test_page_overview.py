"""The overview: charts over a range that the address names, amounts as the API says them, and what needs a person."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fixtures.played_batch import change_answers
from tests.fixtures.stack import Program
from tests.fixtures.visitor import shown_amount, sign_in, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_SERIES = "query OverviewSeries("
_STANDING = "query OverviewStanding("
# What moved without being touched, as a share of the window (Layout Instability).
_MOVED = """
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.moved = (window.moved ?? 0) + value;
}).observe({ type: "layout-shift", buffered: true });
"""


def test_the_range_is_the_address(page: Page, program: Program) -> None:
    sign_in(page, program)
    page.get_by_text("30 days", exact=True).click()
    expect(page).to_have_url(f"{program.url}/#/p/{program.slug}?range=30d")
    expect(page.get_by_role("img", name=re.compile("^Settlement time, .*by day"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()
    page.get_by_role("radio", name="30 days").press("ArrowLeft")
    expect(page).to_have_url(f"{program.url}/#/p/{program.slug}?range=2d")
    expect(page.get_by_role("img", name=re.compile("^Settlement time, .*by hour"))).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_it_is_read(page: Page, program: Program, width: int) -> None:
    """Whoever aims at something that is there hits it; Web Vitals call twice as much good."""
    page.set_viewport_size({"width": width, "height": 844})
    page.add_init_script(_MOVED)
    sign_in(page, program)
    expect(page.get_by_role("region", name=re.compile("^Coverage"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Settlement time"))).to_be_visible()
    assert page.evaluate("window.moved ?? 0") < 0.05


@pytest.mark.long
def test_charts_say_what_the_api_says(page: Page, program: Program) -> None:
    sign_in(page, program)
    _as_table(page, "Volume and commissions")
    with page.expect_response(_is_series) as asked:
        pass
    points = asked.value.json()["data"]["program"]["series"]
    rows = _rows(page, "Volume and commissions")
    for column, name in enumerate(("volume", "commissions")):
        texts = [_said(point[name]) for point in reversed(points)]
        expect(rows.locator(f"td:nth-of-type({column + 1})")).to_have_text(texts)


@pytest.mark.long
def test_an_open_page_takes_new_minutes_in(page: Page, program: Program) -> None:
    """Its clock goes an hour ahead of the server's, which answers with the minutes that it is asked for."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    sign_in(page, program)
    _as_table(page, "Intents by status")
    rows = _rows(page, "Intents by status")
    expect(rows).to_have_count(60)
    page.clock.fast_forward(3_600_000)
    expect(rows.first.locator("th")).to_have_text(re.compile(_minutes(now + timedelta(hours=1))))
    expect(rows).to_have_count(60)


def test_the_live_chart_begins_with_what_was_before(page: Page, program: Program) -> None:
    """Its last row is the end of a minute that was over when the page was opened."""
    sign_in(page, program)
    _as_table(page, "Settled per second")
    oldest = _rows(page, "Settled per second").last.locator("time")
    expect(oldest).to_have_attribute("datetime", re.compile(r":00\.000Z$"))
    at = datetime.fromisoformat(str(oldest.get_attribute("datetime")))
    assert datetime.now(UTC) - at > timedelta(minutes=3)


def test_what_needs_a_person_leads_there(page: Page, program: Program) -> None:
    change_answers(page, _STANDING, _stuck)
    sign_in_as(page, program, program.owners[0])
    todo = page.get_by_role("region", name="What needs a person")
    expect(todo).to_contain_text("7 intents are stuck")
    expect(todo).to_contain_text("From 2026-12-24 on the treasury has less")
    todo.get_by_role("link", name="See what they wait for").click()
    expect(page).to_have_url(f"{program.url}/#/p/{program.slug}/intents?stuck=yes")


def _stuck(data: dict[str, Any]) -> None:
    data["program"]["stuck"]["totalCount"] = {"value": 7, "exact": True}
    data["program"]["coverage"][0]["firstShortfall"] = "2026-12-24T00:00:00Z"


def _is_series(response: Any) -> bool:
    """Of the hour that the charts show, not of the five minutes before the page was opened."""
    asked = response.request.post_data or ""
    if _SERIES not in asked:
        return False
    start, end = (json.loads(asked)["variables"][name] for name in ("from", "to"))
    return datetime.fromisoformat(end) - datetime.fromisoformat(start) == timedelta(hours=1)


def _as_table(page: Page, title: str) -> None:
    page.get_by_role("button", name=re.compile(f"^Show as table ?: {title}")).click()


def _rows(page: Page, title: str) -> Locator:
    return page.get_by_role("table", name=re.compile(f"^{title}")).locator("tbody tr")


def _minutes(now: datetime) -> str:
    """The minute that it is, or the next: the page took a moment."""
    return f"^({now:%H:%M}|{now + timedelta(minutes=1):%H:%M})$"


def _said(amounts: list[dict[str, str]]) -> str:
    return f"{shown_amount(amounts[0])} {amounts[0]['currency']}" if amounts else "0 USDC"
