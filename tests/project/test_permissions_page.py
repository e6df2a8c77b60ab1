"""docs/who-may-do-what.md beside the table of operations that the API asks."""

from app.domain.operations import OPERATIONS, Rule
from sge.embedded.project import PROJECT

PAGE = PROJECT / "docs" / "who-may-do-what.md"
_HEAD = "| operation | API keys with | wallets that are | condition |"


def row(operation: str, rule: Rule) -> str:
    """A line of the page."""
    keys = ", ".join(sorted(rule.scopes)) or "none"
    others = [("owner", rule.owner), ("operator", rule.operator), ("any wallet", rule.wallet)]
    wallets = [*sorted(rule.roles), *(name for name, holds in others if holds)]
    if rule.anyone:
        keys, wallets = "anybody, also without a credential", ["anybody"]
    return f"| `{operation}` | {keys} | {', '.join(wallets) or 'none'} | {rule.condition} |"


def test_the_page_says_what_the_table_says() -> None:
    rows = [row(operation, rule) for operation, rule in OPERATIONS.items()]
    text = PAGE.read_text()
    shown = text[text.index(_HEAD) :].split("\n\n")[0].splitlines()[2:]
    assert shown == rows
