"""The page at / in real Chromium, on the real stack with customers who keep coming."""

import re
import uuid
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import intent_ids, intent_rows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_CREATE_KEY = """
mutation Key($program: ID!, $name: String!) {
  createApiKey(programId: $program, name: $name, scopes: [READ], idempotencyKey: $name) {
    apiKey { id }
    secret
    userErrors { code }
  }
}
"""
_REVOKE_KEY = "mutation Revoke($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }"


def test_a_wrong_key_is_refused_in_words(page: Page, program: Program) -> None:
    page.goto(program.url)
    page.get_by_label("API key").fill("sge_wrong")
    page.get_by_label("API key").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    expect(page.get_by_role("heading", name="Overview")).to_be_hidden()


def test_the_key_is_in_no_address_and_leaves_with_the_person(page: Page, program: Program) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    sign_in(page, program)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert [address for address in [*addresses, page.url] if program.key in address] == []
    page.get_by_role("button", name=re.compile("account$")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_key_of_one_program_starts_there(page: Page, program: Program) -> None:
    page.goto(program.url)
    page.get_by_label("API key").fill(program.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{program.url}/#/p/{program.slug}")


def test_the_platform_sees_its_programs(page: Page, stack: Stack) -> None:
    page.goto(stack.url)
    page.get_by_label("API key").fill(stack.operator_key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Programs")).to_be_visible()
    for program in stack.programs:
        expect(page.get_by_text(program.slug, exact=True)).to_be_visible()


def test_the_counters_live(page: Page, program: Program) -> None:
    sign_in(page, program)
    confirmed = page.get_by_role("link", name=re.compile("^Confirmed")).locator(".amount")
    expect(confirmed).to_be_visible()
    before = confirmed.inner_text()
    expect(confirmed).not_to_have_text(before)
    expect(page.get_by_text("Ledger balances")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Settled per second"))
    expect(chart.locator("canvas")).to_be_visible()


def test_new_intents_wait_and_no_row_moves(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents")
    shown = intent_ids(page)
    bar = page.get_by_role("button", name=re.compile("new$"))
    expect(bar).to_be_visible()
    assert intent_ids(page) == shown
    bar.click()
    expect(intent_rows(page).first.locator("th a")).not_to_have_attribute(
        "href", re.compile(shown[0])
    )
    assert len(intent_ids(page)) >= len(shown)


def test_rows_show_stage_and_transaction_as_they_settle(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents")
    row = intent_rows(page).first
    expect(row).to_contain_text("Confirmed")
    expect(row).to_contain_text("Final")
    expect(row.locator("code").last).to_have_attribute("title", re.compile("^0x[0-9a-f]{64}$"))


def test_filters_are_the_address(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents")
    intent_rows(page)
    page.get_by_text("Registration", exact=True).first.click()
    page.get_by_text("Confirmed", exact=True).first.click()
    address = f"{program.url}/#/p/{program.slug}/intents?kind=REGISTRATION&status=CONFIRMED"
    expect(page).to_have_url(address)
    page.reload()
    expect(page.get_by_role("checkbox", name="Confirmed")).to_be_checked()
    kinds = intent_rows(page).locator("th a").all_inner_texts()
    assert set(kinds) == {"Registration"}


def test_an_intent_is_found_by_what_somebody_has_of_it(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?status=CONFIRMED")
    first = intent_rows(page).first
    titles = [code.get_attribute("title") for code in first.locator("code.hash").all()]
    wallet, hash_ = titles[0], titles[-1]
    id_ = intent_ids(page)[0]
    search = page.get_by_label("Id, key, wallet or transaction")
    for text, name in ((hash_, "transaction"), (wallet, "wallet")):
        search.fill(str(text))
        search.press("Enter")
        expect(page).to_have_url(re.compile(f"{name}={text}"))
        expect(page.locator(f"a[href$='{id_}']")).to_be_visible()
    search.fill("no such key")
    search.press("Enter")
    expect(page.get_by_text("No intent has this idempotency key")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Confirmed")).not_to_be_checked()
    expect(page).to_have_url(re.compile(r"/intents\?key=no\+such\+key$"))
    key = program.ask("query K($id: ID!) { intent(by: { id: $id }) { idempotencyKey } }", id=id_)
    search.fill(key["intent"]["idempotencyKey"])
    search.press("Enter")
    expect(page).to_have_url(re.compile(f"/intents/{id_}$"))


def test_what_is_filtered_is_exported(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents?status=CONFIRMED")
    wallet = intent_rows(page).first.locator("th code").get_attribute("title")
    page.goto(f"{program.url}/#/p/{program.slug}/intents?wallet={wallet}")
    expect(page.get_by_text(re.compile(r"\d match"))).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("button", name="Export CSV").click()
    lines = file.value.path().read_text().splitlines()
    rows = [line for line in lines[1:] if not line.startswith("total of")]
    assert rows
    assert [row for row in rows if str(wallet) not in row] == []


def test_the_keyboard_reaches_an_intent(page: Page, program: Program) -> None:
    page.goto(f"{program.url}/#/p/{program.slug}/intents")
    page.get_by_label("API key").focus()
    page.keyboard.type(program.key)
    page.keyboard.press("Enter")
    first = intent_rows(page).first.locator("th a")
    for _ in range(20):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_a_revoked_key_is_signed_out(page: Page, program: Program) -> None:
    made = program.ask(_CREATE_KEY, program=program.id, name=f"browser-{uuid.uuid4()}")
    key = made["createApiKey"]
    guest = replace(program, key=key["secret"])
    sign_in(page, guest)
    program.ask(_REVOKE_KEY, id=key["apiKey"]["id"])
    expect(page.get_by_role("alert")).to_have_text("The API key expired or was revoked.")


def test_an_unknown_intent_says_so(page: Page, program: Program) -> None:
    sign_in(page, program, "/intents/int_nobody")
    expect(page.get_by_text("No such intent")).to_be_visible()
