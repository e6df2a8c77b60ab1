"""Who sees which pages, and how somebody gets from one program to another."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from eth_account import Account
from playwright.sync_api import Page, expect

from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_GRANT = """
mutation Grant($program: ID!, $wallet: Address!) {
  grantRole(programId: $program, wallet: $wallet, role: ADMIN) { userErrors { code } }
}
"""
_REVOKE = _GRANT.replace("grantRole", "revokeRole")


@pytest.fixture
def admin_of_both(stack: Stack) -> Iterator[str]:
    """The private key of a wallet that is an ADMIN in each program."""
    first, second = stack.programs
    key = first.owners[0]
    wallet = Account.from_key(key).address
    second.ask(_GRANT, program=second.id, wallet=wallet)
    yield key
    second.ask(_REVOKE, program=second.id, wallet=wallet)


def test_an_admin_sees_who_it_is_and_all_pages(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.owners[0])
    expect(page.locator(".who")).to_contain_text("Admin, Treasury owner")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(tabs.filter(has_text="Intents")).to_be_visible()


def test_an_affiliate_is_not_shown_what_is_not_open_to_it(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.affiliates["NORTH"], "/intents")
    expect(page.locator(".who")).to_contain_text("Affiliate")
    expect(page.get_by_text("Intents is not open to you in Aurora Academy")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(tabs.filter(has_text="Overview")).to_have_count(0)


def test_a_session_that_ends_leads_back_to_the_same_page(page: Page, program: Program) -> None:
    sign_in_as(page, program, program.owners[0], "/intents?kind=PAYMENT")
    token = json.loads(page.evaluate("sessionStorage.getItem('sge.session')"))["token"]
    replace(program, key=token).ask("mutation { logout { loggedOut } }")
    expect(page.get_by_role("alert")).to_contain_text("session has ended")
    page.get_by_label("API key").fill(program.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("checkbox", name="Payment", exact=True)).to_be_checked()


def test_from_program_to_program(page: Page, stack: Stack, admin_of_both: str) -> None:
    first, second = stack.programs
    sign_in_as(page, first, admin_of_both)
    page.get_by_label("Program", exact=True).select_option(second.slug)
    expect(page).to_have_url(f"{second.url}/#/p/{second.slug}")
    expect(page.get_by_text("Ledger balances")).to_be_visible()


def test_who_manages_a_test_program_moves_its_clock(page: Page, program: Program) -> None:
    asked = "query Now($slug: String!) { program(slug: $slug) { now } }"
    before = datetime.fromisoformat(program.ask(asked, slug=program.slug)["program"]["now"])
    sign_in_as(page, program, program.owners[0])
    page.get_by_role("button", name=re.compile("^Test")).click()
    page.get_by_label("Days forward").fill("0")
    page.get_by_role("button", name="Move the clock").click()
    expect(page.get_by_role("alert")).to_have_text("Enter whole days, 1 to 3650.")
    page.get_by_label("Days forward").fill("2")
    page.get_by_role("button", name="Move the clock").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile(r"^Test, \d+ d ahead$"))).to_be_visible()
    after = datetime.fromisoformat(program.ask(asked, slug=program.slug)["program"]["now"])
    assert after - before >= timedelta(days=2)
