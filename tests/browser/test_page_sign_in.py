"""Who comes in, as whom, where they are then, and how they leave."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.asked_wallet import AskedWallet
from tests.fixtures.stack import Program
from tests.fixtures.visitor import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_ACCOUNT = re.compile("account$")


def test_a_click_makes_somebody_of_the_demo(page: Page, program: Program) -> None:
    """An affiliate is at its own page; who comes next in its place starts in the other program."""
    page.goto(program.url)
    page.get_by_role("button", name="Northern Lights").click()
    expect(page).to_have_url(re.compile(f"#/p/{program.slug}/affiliates"))
    expect(page.locator(".who")).to_contain_text("Northern Lights")
    expect(page.locator(".who")).to_contain_text("Affiliate")
    page.get_by_role("button", name=_ACCOUNT).click()
    page.get_by_role("button", name="Switch to somebody else").click()
    expect(page.get_by_role("radio", name="Aurora Academy")).to_be_checked()
    page.get_by_text("Borealis Club", exact=True).click()
    page.get_by_role("button", name="Owner 1").click()
    expect(page).to_have_url(f"{program.url}/#/p/borealis")
    expect(page.locator(".who")).to_contain_text("Admin, Treasury owner")


def test_a_wallet_of_the_browser_comes_to_the_address(page: Page, program: Program) -> None:
    """By its own text, after it said no, and from another chain than the server's."""
    wallet = AskedWallet(program.owners[0], rejects={1})
    wallet.put_into(page)
    page.goto(f"{program.url}/#/p/{program.slug}/intents?kind=PAYMENT")
    button = page.get_by_role("button", name="Continue with Browser wallet")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("You declined it in Browser wallet")
    wallet.chain_id = 1
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("on chain 1, and this is for chain 31337")
    page.get_by_role("button", name="Switch Browser wallet to chain 31337").click()
    expect(page.get_by_role("checkbox", name="Payment", exact=True)).to_be_checked()
    expect(page.locator(".who")).to_contain_text("Admin, Treasury owner")
    assert wallet.address in wallet.texts[-1]
    assert f"URI: {program.url}\n" in wallet.texts[-1]


def test_a_signature_of_another_account(page: Page, program: Program) -> None:
    wallet = AskedWallet(program.owners[0], signs_with=program.owners[1])
    wallet.put_into(page)
    page.goto(program.url)
    page.get_by_role("button", name="Continue with Browser wallet").click()
    expect(page.get_by_role("alert")).to_contain_text("signed with another account")


@pytest.mark.long
def test_sessions_are_ended_from_another_device(
    page: Page, browser: Browser, program: Program
) -> None:
    """The other device's open page says so, and its person is back at the same place after signing in."""
    affiliate = program.affiliates["KELP"]
    with browser.new_context() as elsewhere:
        other = elsewhere.new_page()
        sign_in_as(other, program, affiliate, "/affiliates")
        expect(other).to_have_url(re.compile("/affiliates/aff_"))
        place = other.url
        sign_in_as(page, program, affiliate)
        page.get_by_role("button", name=_ACCOUNT).click()
        page.get_by_role("button", name="Sessions…").click()
        sessions = page.get_by_role("dialog").get_by_role("listitem")
        expect(sessions).to_have_count(2)
        expect(sessions.filter(has_text="This one")).to_have_count(1)
        page.get_by_role("button", name=re.compile("^End the session")).click()
        expect(sessions).to_have_count(1)
        expect(other.get_by_role("alert")).to_contain_text("session has ended")
        other.get_by_role("button", name="Kelp Club").click()
        expect(other.get_by_role("heading", name="Kelp Club")).to_be_visible()
        assert other.url == place
        expect(other.locator(".who")).to_contain_text("Affiliate")


def test_signing_out_ends_the_session(page: Page, program: Program) -> None:
    """At the server, and nothing of it stays in the tab or its address. All by keyboard."""
    sign_in_as(page, program, program.owners[1])
    token = json.loads(page.evaluate("sessionStorage.getItem('sge.session')"))["token"]
    expect(page.get_by_role("heading", name="Payouts")).to_be_focused()
    page.get_by_role("button", name=_ACCOUNT).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("button", name=_ACCOUNT)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("API key")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.url == f"{program.url}/#/"
    assert page.evaluate("sessionStorage.length") == 0
    asked = page.request.post(
        f"{program.url}/graphql",
        data={"query": "{ viewer { kind } }"},
        headers={"authorization": f"Bearer {token}"},
    )
    assert asked.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
