"""What a customer does on the page: registers, pays with its wallet, and watches both settle."""

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import intent_rows, registered_customer, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]


@pytest.mark.long
def test_a_stranger_registers_and_watches_it(page: Page, stack: Stack, program: Program) -> None:
    sign_in_as(page, program, stack.wallets[1], "/intents?ref=NORTH")
    page.get_by_role("button", name="Register…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is free.")
    expect(dialog.get_by_label("Referral code")).to_have_value("NORTH")
    dialog.get_by_role("button", name="Register").click()
    expect(page.locator(".page-title .status")).to_have_text("Confirmed")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Final")
    expect(page.locator(".who")).to_contain_text("Customer")
    page.get_by_role("link", name="← Intents").click()
    expect(intent_rows(page)).to_have_count(1)


def test_a_customer_pays_and_watches_it_settle(page: Page, program: Program) -> None:
    sign_in_as(page, program, registered_customer(program), "/intents")
    intent_rows(page)
    page.get_by_role("button", name="Pay…").click()
    dialog = page.get_by_role("dialog")
    amount = dialog.get_by_label("Amount")
    amount.fill("0.5")
    dialog.get_by_role("button", name="Sign and pay").click()
    expect(dialog.get_by_role("alert")).to_contain_text("below the program's minimum")
    expect(amount).to_have_value("0.5")
    amount.fill("1.25")
    dialog.get_by_role("button", name="Sign and pay").click()
    expect(page.locator(".hero-amount")).to_contain_text("1.25")
    expect(page.locator(".page-title .status")).to_have_text("Confirmed")
    expect(page.get_by_role("heading", name="Settlement", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Ledger postings")).to_have_count(0)
