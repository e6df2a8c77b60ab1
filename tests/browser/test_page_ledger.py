"""The books on the page: they balance as the API says, a statement runs, a transaction adds up and names its source."""

import re
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fixtures.stack import Program
from tests.fixtures.visitor import shown_amount, sign_in, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

_TRIAL = """
query Trial($slug: String!, $asOf: DateTime) { program(slug: $slug) { now trialBalance(asOf: $asOf) {
  currency balanced totalDebits { amount } totalCredits { amount }
  rows { kind debits { amount } credits { amount } } } } }
"""
_ACCOUNT = """
query Account($slug: String!) { program(slug: $slug) { ledgerAccounts(kind: [PROGRAM], first: 1) { nodes { id } } } }
"""
_BALANCE = """
query Balance($id: ID!, $asOf: DateTime) { node(id: $id) { ... on LedgerAccount { balance(asOf: $asOf) { amount } } } }
"""
_LAST = """
query Last($id: ID!, $to: DateTime!) { node(id: $id) { ... on LedgerAccount {
  entries(filter: { to: $to }, first: 1) { nodes { effectiveAt } } } } }
"""
# Within it everything that was effective is posted: the stack's chain needs three seconds.
_POSTED_BY_NOW = timedelta(seconds=15)
_SOON_SECONDS = 60.0


def test_the_trial_balance_is_the_apis_and_adds_up(page: Page, program: Program) -> None:
    then, trial = _settled_books(program)
    sign_in_as(page, program, program.owners[0], f"/ledger?asOf={_text(then)}")
    table = page.get_by_role("region", name="Trial balance in USDC")
    expect(table.get_by_text("Balanced", exact=True)).to_be_visible()
    for row in trial["rows"]:
        line = table.get_by_role("row").filter(
            has=page.get_by_role("link", name=_words(row["kind"]), exact=True)
        )
        assert _cells(line)[:2] == [shown_amount(row["debits"]), shown_amount(row["credits"])]
    debits, credits_, balance = _cells(table.get_by_role("row", name="Total"))
    assert debits == credits_ == shown_amount(trial["totalDebits"])
    assert balance == "0.00"
    page.get_by_role("button", name="Now").click()
    expect(table.get_by_role("row", name="Total").get_by_role("cell").first).not_to_contain_text(
        f"{debits} "
    )


@pytest.mark.long
def test_a_statement_runs_from_its_opening_to_its_closing_balance(
    page: Page, program: Program
) -> None:
    then, _ = _settled_books(program)
    account = program.ask(_ACCOUNT, slug=program.slug)["program"]["ledgerAccounts"]["nodes"][0][
        "id"
    ]
    sign_in(page, program, "/ledger/accounts")
    page.get_by_role("checkbox", name="Program").check()
    expect(page).to_have_url(re.compile(r"kind=PROGRAM"))
    page.get_by_role("link", name="Program", exact=True).click()
    expect(page.get_by_role("heading", name="Program account")).to_be_visible()
    then = _just_after_the_last_entry(program, account, then)
    since = then - timedelta(seconds=4)
    page.get_by_label("From (UTC)").fill(since.strftime("%Y-%m-%dT%H:%M:%S"))
    page.get_by_label("to", exact=True).fill(then.strftime("%Y-%m-%dT%H:%M:%S"))
    page.get_by_label("to", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(re.escape(f"from={_text(since)}").replace(":", "(:|%3A)")))
    page.reload()
    opening, closing = _sum(page, "Opening balance"), _sum(page, "Closing balance")
    assert opening == _balance(program, account, since)
    assert closing == _balance(program, account, then)
    lines = _statement(page)
    moved = sum((credit - debit for debit, credit, _ in lines), Decimal())
    assert opening + moved == closing
    for newer, older in pairwise(lines):
        assert newer[2] == older[2] + newer[1] - newer[0]


def test_a_transaction_adds_up_and_leads_to_its_intent(page: Page, program: Program) -> None:
    _settled_books(program)
    sign_in_as(page, program, program.owners[0], "/ledger/transactions?kind=SETTLEMENT")
    page.get_by_role("table", name="Transactions, newest posting first").get_by_role(
        "link", name="Settlement"
    ).first.click()
    entries = page.get_by_role("region", name="Entries of the transaction")
    total = entries.get_by_role("row", name="Total")
    expect(total).to_contain_text("Balanced")
    page.reload()
    expect(total).to_contain_text("Balanced")
    lines = [_cells(row) for row in entries.locator("tbody tr").all()]
    for side in (1, 2):
        shown = _cells(total)[side]
        assert _number(shown) == sum((_number(line[side]) for line in lines), Decimal())
    expect(page.get_by_role("region", name="Transfers that it claims")).to_contain_text("Into the")
    with page.expect_download() as download:
        page.goto(f"{page.url.split('/ledger')[0]}/ledger/transactions?kind=SETTLEMENT")
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.go_back()
    page.get_by_role("link", name="a payment").click()
    expect(page.get_by_role("heading", name="Ledger postings")).to_be_visible()


def _settled_books(program: Program) -> tuple[datetime, dict[str, Any]]:
    """An instant by which payments were posted, to the second, and the trial balance as of it."""
    deadline = time.monotonic() + _SOON_SECONDS
    while time.monotonic() < deadline:
        now = program.ask(_TRIAL, slug=program.slug)["program"]["now"]
        then = datetime.fromisoformat(now).astimezone(UTC).replace(microsecond=0) - _POSTED_BY_NOW
        asked = program.ask(_TRIAL, slug=program.slug, asOf=_text(then))["program"]
        for trial in asked["trialBalance"]:
            return then, dict(trial)
        time.sleep(0.5)
    pytest.fail("nothing was posted")


def _just_after_the_last_entry(program: Program, account: str, before: datetime) -> datetime:
    [last] = program.ask(_LAST, id=account, to=_text(before))["node"]["entries"]["nodes"]
    effective = datetime.fromisoformat(last["effectiveAt"]).astimezone(UTC)
    return effective.replace(microsecond=0) + timedelta(seconds=1)


def _balance(program: Program, account: str, before: datetime) -> Decimal:
    last = before - timedelta(microseconds=1)
    node = program.ask(_BALANCE, id=account, asOf=last.isoformat())["node"]
    return Decimal(node["balance"]["amount"])


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _cells(row: Locator) -> list[str]:
    """The amounts of a row without their currency; "" where there is none."""
    texts = row.get_by_role("cell").all_inner_texts()
    return [text.removesuffix("USDC").strip() for text in texts]


def _number(shown: str) -> Decimal:
    return Decimal(shown.replace("\N{MINUS SIGN}", "-").replace(",", "")) if shown else Decimal()


def _sum(page: Page, name: str) -> Decimal:
    shown = page.locator(".sums div").filter(has_text=name).locator("dd").inner_text()
    return _number(shown.removesuffix("USDC").strip())


def _statement(page: Page) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Debit, credit and balance of each line, newest first."""
    rows = page.get_by_role("table", name="Entries, newest posting first").locator("tbody tr")
    expect(rows.first).to_be_visible()
    more = page.get_by_role("button", name="Show more entries")
    while more.is_visible():
        shown = rows.count()
        more.click()
        expect(rows.nth(shown)).to_be_visible()
    cells = [[_number(text) for text in _cells(row)] for row in rows.all()]
    return [(debit, credit, balance) for debit, credit, balance in cells]
