"""Every place of the page, and who stands there: for checks of each, and for their pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Page, expect

from tests.fixtures.compared import ended_run, open_discrepancy
from tests.fixtures.due_batch import pending_batch
from tests.fixtures.stack import Program, Stack
from tests.fixtures.visitor import (
    registered_customer,
    sign_in,
    sign_in_as,
    sign_in_as_operator,
    sign_in_as_platform,
)

Visitor = Literal[
    "nobody", "key", "admin", "owner", "affiliate", "customer", "stranger", "platform", "operator"
]

_IDS = """
query Ids($slug: String!) {
  program(slug: $slug) {
    intents(filter: { status: [CONFIRMED], kind: [PAYMENT] }, first: 1) { nodes { id } }
    affiliates(first: 1) { nodes { id } }
    accounts: ledgerAccounts(kind: [PROGRAM], first: 1) { nodes { id } }
    transactions: ledgerTransactions(filter: { kind: [SETTLEMENT] }, first: 1) { nodes { id } }
  }
}
"""


@dataclass(frozen=True)
class Place:
    """name: of its picture. route: within the program (an operator's: of the platform), with {ids} of what there is. shows: what is to be seen there once
    it is loaded. due: in the program whose commissions are due at once.
    """

    name: str
    visitor: Visitor
    route: str
    shows: str
    due: bool = False


PLACES = (
    Place("sign-in", "nobody", "", "Who do you want to be?"),
    Place("programs", "platform", "", "Programs"),
    Place("overview", "admin", "", "Ledger balances"),
    Place("intents", "key", "/intents", "Confirmed"),
    Place("intent", "admin", "/intents/{intents}", "Ledger postings"),
    Place("own-intents", "customer", "/intents", "Pay…"),
    Place("register", "stranger", "/intents", "You are not a customer here yet"),
    Place("affiliates", "admin", "/affiliates", "Aurora Partners"),
    Place("affiliate", "affiliate", "/affiliates", "The holding period is not over."),
    Place("affiliate-branch", "key", "/affiliates/{affiliates}/branch", "Northern Lights"),
    Place("affiliate-statement", "key", "/affiliates/{affiliates}/statement", "= Closing"),
    Place("payouts", "admin", "/payouts", "New batch…", due=True),
    Place("batch", "owner", "/payouts/{batch}", "The page and the server agree.", due=True),
    Place("ledger", "admin", "/ledger", "Balanced"),
    Place("accounts", "admin", "/ledger/accounts", "Debits"),
    Place("transactions", "key", "/ledger/transactions", "Settlement"),
    Place("account", "key", "/ledger/accounts/{accounts}", "Settlement"),
    Place(
        "ledger-transaction", "admin", "/ledger/transactions/{transactions}", "Into the treasury"
    ),
    Place("reconciliation", "key", "/reconciliation", "Run now…"),
    Place("run", "admin", "/reconciliation/runs/{run}", "11. Seals"),
    Place(
        "discrepancy",
        "admin",
        "/reconciliation/discrepancies/{discrepancy}",
        "Explain and close",
        due=True,
    ),
    Place("runs", "admin", "/reconciliation/runs", "Run now…"),
    Place("system", "operator", "/system", "Node of chain"),
    Place("program-system", "admin", "/system", "Node of chain"),
    Place("not-open", "affiliate", "/ledger", "Ledger is not open to you in"),
    Place("not-there", "key", "/intents/int_nobody", "No such intent"),
)


def ids_of(program: Program) -> dict[str, str]:
    """One object of each kind that a place shows."""
    found: dict[str, Any] = program.ask(_IDS, slug=program.slug)["program"]
    return {name: rows["nodes"][0]["id"] for name, rows in found.items()}


def go(page: Page, stack: Stack, place: Place) -> None:
    """Signs in as the place's visitor and waits until it shows what it has to."""
    program = stack.programs[1 if place.due else 0]
    ways: dict[Visitor, Callable[[str], None]] = {
        "nobody": lambda _: _open(page, program),
        "key": lambda route: sign_in(page, program, route),
        "admin": lambda route: sign_in_as(page, program, program.owners[0], route),
        "owner": lambda route: sign_in_as(page, program, program.owners[1], route),
        "affiliate": lambda route: sign_in_as(page, program, program.affiliates["NORTH"], route),
        "operator": lambda route: sign_in_as_operator(page, stack, route),
        "customer": lambda route: sign_in_as(page, program, registered_customer(program), route),
        "stranger": lambda route: sign_in_as(page, program, stack.wallets[0], route),
        "platform": lambda _: sign_in_as_platform(page, stack),
    }
    ways[place.visitor](_route(stack, program, place))
    expect(page.get_by_text(place.shows).first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


def _route(stack: Stack, program: Program, place: Place) -> str:
    if "{" not in place.route:
        return place.route
    made: dict[str, Callable[[], str]] = {
        "batch": lambda: pending_batch(program),
        "run": lambda: ended_run(program),
        "discrepancy": lambda: open_discrepancy(stack, program),
    }
    for name, make in made.items():
        if f"{{{name}}}" in place.route:
            return place.route.format(**{name: make()})
    return place.route.format(**ids_of(program))


def _open(page: Page, program: Program) -> None:
    page.goto(program.url)
