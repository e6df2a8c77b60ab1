"""One intent on the page, from the first transition to the last posting; retry and cancel."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import intent_rows, shown_amount, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_SETTLED = """
query Settled($slug: String!) {
  program(slug: $slug) {
    intents(filter: { status: [CONFIRMED], kind: [PAYMENT] }, first: 50) {
      nodes { id amount { amount } settlement { commissions { amount { amount } } } }
    }
  }
}
"""
_PAUSE = """
mutation Pause($id: ID!) {
  pauseProgram(programId: $id, reason: "browser test") { userErrors { code } }
}
"""
_RESUME = """
mutation Resume($id: ID!) {
  resumeProgram(programId: $id, reason: "browser test is over") { userErrors { code } }
}
"""


@pytest.fixture
def paused(program: Program) -> Iterator[Program]:
    """The program accepts intents and signs none."""
    program.ask(_PAUSE, id=program.id)
    yield program
    program.ask(_RESUME, id=program.id)


def settled_with_commissions(program: Program) -> dict[str, Any]:
    """The oldest of the latest payments whose customer came by a referral: some have nobody to earn from them."""
    latest = program.ask(_SETTLED, slug=program.slug)["program"]["intents"]["nodes"]
    return [it for it in latest if it["settlement"]["commissions"]][-1]


def test_a_settled_payment_is_shown_to_the_last_posting(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?status=CONFIRMED&kind=PAYMENT")
    intent_rows(page)
    intent = settled_with_commissions(program)

    page.goto(f"{program.url}/#/p/{program.slug}/intents/{intent['id']}")

    expect(page.locator(".hero-amount")).to_contain_text(shown_amount(intent["amount"]))
    timeline = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    expect(timeline.first).to_contain_text("Pending")
    expect(timeline.last).to_contain_text("Confirmed")
    expect(page.get_by_role("table", name="Signed copies").first).to_contain_text("Mined")
    expect(page.get_by_role("heading", name="Settlement", exact=True)).to_be_visible()
    expect(page.get_by_text("Balanced")).to_be_visible()
    commissions = page.get_by_role("region", name="Commissions by level")
    for commission in intent["settlement"]["commissions"]:
        expect(commissions).to_contain_text(shown_amount(commission["amount"]))
    expect(commissions).to_contain_text("The holding period is not over.")
    page.get_by_text("How these amounts come about").click()
    expect(page.locator(".explanation li").first).to_contain_text("Level 1: 10 % of")
    page.get_by_role("region", name="Journal Settlement").get_by_role(
        "link", name="Settlement"
    ).click()
    expect(page).to_have_url(re.compile("/ledger/transactions/"))


def test_a_part_is_refunded_with_a_reason(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?status=CONFIRMED&kind=PAYMENT")
    intent_rows(page)
    intent = settled_with_commissions(program)
    page.goto(f"{program.url}/#/p/{program.slug}/intents/{intent['id']}")
    page.get_by_role("button", name="Refund…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Half of it was broken")
    dialog.get_by_label("Amount").fill("99999")
    dialog.get_by_role("button", name="Refund").click()
    expect(dialog.get_by_role("alert")).to_contain_text("AMOUNT_")
    dialog.get_by_label("Amount").fill("0.5")
    dialog.get_by_role("button", name="Refund").click()
    refunds = page.get_by_role("region", name="Refunds", exact=True)
    expect(refunds).to_contain_text("0.50")
    expect(refunds).to_contain_text("Half of it was broken")
    expect(page.get_by_role("region", name="Commissions by level")).to_contain_text("Clawed back")


def test_a_payment_is_followed_until_it_is_final(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?kind=PAYMENT")
    page.get_by_role("button", name=re.compile("new$")).click()
    intent_rows(page).first.locator("th a").click()
    expect(page.locator(".page-title .status")).to_have_text("Confirmed")
    expect(page.get_by_role("heading", name="Ledger postings")).to_be_visible()
    attempts = page.get_by_role("region", name="Attempts")
    expect(attempts).to_contain_text(
        "In a final block.", timeout=10_000
    )  # it ends after its intents


def test_a_waiting_intent_is_cancelled_with_a_reason(page: Page, paused: Program) -> None:
    sign_in(page, paused, "/intents?status=PENDING")
    expect(page.get_by_text("nothing new is signed")).to_be_visible()
    intent_rows(page).first.locator("th a").click()
    page.get_by_role("button", name="Cancel intent…").click()
    page.get_by_label("Reason").fill("The customer asked twice")
    page.get_by_role("button", name="Cancel intent", exact=True).click()
    expect(page.locator(".page-title .status")).to_have_text("Failed")
    timeline = page.get_by_role("region", name="Timeline").get_by_role("listitem")
    expect(timeline.last).to_contain_text("The customer asked twice")
    expect(page.get_by_role("button", name="Retry…")).to_be_hidden()
