"""What a person reads when something is in the way, and that it goes on from there with nothing lost."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_rows, sign_in, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_PAUSE = """
mutation Pause($program: ID!) {
  pauseProgram(programId: $program, reason: "The page is shown a pause") {
    userErrors { code message }
  }
}
"""
_RESUME = _PAUSE.replace("pauseProgram", "resumeProgram")
_LIMITED = {
    "data": None,
    "errors": [{"message": "…", "extensions": {"code": "RATE_LIMITED", "retryAfterSeconds": 1.5}}],
}


@pytest.fixture
def paused(program: Program) -> Iterator[None]:
    """For the test only: customers wait meanwhile."""
    yield
    program.ask(_RESUME, program=program.id)


@pytest.mark.long
def test_too_many_requests_are_waited_for(page: Page, program: Program) -> None:
    """At the door with a button that counts down, inside by itself."""
    _limit(page)
    page.goto(f"{program.url}/#/p/{program.slug}/intents")
    page.get_by_label("API key").fill(program.key)
    page.get_by_label("API key").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Too many requests within a short time.")
    expect(page.get_by_role("button", name=re.compile(r"^Try again in \d s$"))).to_be_disabled()
    expect(page.get_by_label("API key")).to_have_value(program.key)
    again = page.get_by_role("button", name="Try again", exact=True)
    expect(again).to_be_enabled()
    again.click()
    expect(page.get_by_role("checkbox", name="Confirmed")).to_be_visible()
    _limit(page)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Too many requests within a short time.")
    expect(page.get_by_text(re.compile(r"^by itself in \d s$"))).to_be_visible()
    expect(page.get_by_role("checkbox", name="Confirmed")).to_be_visible()


@pytest.mark.long
def test_without_a_network_what_was_typed_stays(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.owners[0])
    expect(page.get_by_text("Ledger balances")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Test")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Days forward").fill("7")
    page.context.set_offline(True)
    dialog.get_by_role("button", name="Move the clock").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This device has no network.")
    expect(dialog.get_by_label("Days forward")).to_have_value("7")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Payouts", exact=True).click()
    expect(page.get_by_text("The page is loaded as soon as it is back.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Payouts")).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


@pytest.mark.long
@pytest.mark.usefixtures("paused")
def test_a_pause_shows_at_once(page: Page, program: Program) -> None:
    """Also after a look that failed, which takes nothing from the page."""
    sign_in(page, program, "/intents")
    rows = intent_rows(page)
    page.route("**/graphql", _fail_session)
    with page.expect_event("requestfailed"):
        program.ask(_PAUSE, program=program.id)
    expect(rows.first).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text=re.compile("."))).to_have_count(0)
    page.unroute_all()
    program.ask(_RESUME, program=program.id)
    program.ask(_PAUSE, program=program.id)
    notice = page.get_by_text("Intents are accepted and wait")
    expect(notice).to_contain_text("The page is shown a pause", timeout=10_000)
    program.ask(_RESUME, program=program.id)
    expect(notice).to_be_hidden(timeout=10_000)


def test_a_browser_without_a_wallet(page: Page, program: Program) -> None:
    """Where there is no demo either: elsewhere nobody hands out keys."""
    page.route("**/demo/wallets", lambda route: route.fulfill(status=404))
    page.goto(program.url)
    expect(page.get_by_text("This browser has no wallet.")).to_be_visible()
    expect(page.get_by_label("API key")).to_be_visible()
    expect(page.get_by_text("Who do you want to be?")).to_have_count(0)


def test_what_is_not_there_says_so(page: Page, program: Program) -> None:
    sign_in(page, program, "/affiliates/aff_nobody")
    for path in ("", "/payouts/bat_nobody", "/ledger/accounts/acc_nobody", "/intents/int_nobody"):
        if path:
            page.goto(f"{program.url}/#/p/{program.slug}{path}")
        expect(page.get_by_text(re.compile("^No such "))).to_be_visible()
    page.goto(f"{program.url}/#/p/nowhere")
    expect(page.get_by_text("There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Start over").click()
    expect(page).to_have_url(f"{program.url}/#/p/{program.slug}")


def _fail_session(route: Route) -> None:
    if "query Session" in (route.request.post_data or ""):
        route.abort()
    else:
        route.fallback()


def _limit(page: Page) -> None:
    """The next time that the page asks who is signed in is too often."""
    answered: list[str] = []

    def answer(route: Route) -> None:
        if answered or "query Session" not in (route.request.post_data or ""):
            route.fallback()
        else:
            answered.append(route.request.url)
            route.fulfill(status=429, content_type="application/json", body=json.dumps(_LIMITED))

    page.route("**/graphql", answer)
