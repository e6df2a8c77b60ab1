"""Balances at instants in the middle of a seeded history: far from its first and from its last journals."""

from typing import Any

from schema.ids import IdPrefix, encode_id


def middle_questions(facts: dict[str, Any]) -> dict[str, str]:
    """Each a document of its own, by name; of the middle third, and of the instant between its ends."""
    third = (facts["newest"] - facts["oldest"]) / 3
    first, last = facts["oldest"] + third, facts["newest"] - third
    days = f'currency: "USDC", from: "{first.isoformat()}", to: "{last.isoformat()}"'
    at = (first + third / 2).isoformat()
    earner = encode_id(IdPrefix.AFFILIATE, facts["earner"])
    account = encode_id(IdPrefix.LEDGER_ACCOUNT, facts["account"])
    lines = "lines(first: 50) { nodes { effectiveAt amount { amount } balanceAfter { amount } } totalCount { value } }"
    statement = f"statement({days}) {{ opening {{ amount }} accrued {{ amount }} closing {{ amount }} {lines} }}"
    balance = f'balance(asOf: "{at}") {{ amount }}'
    return {
        "statement of the middle third": f'{{ affiliate(by: {{id: "{earner}"}}) {{ {statement} }} }}',
        "account's balance in the middle": f'{{ node(id: "{account}") {{ ... on LedgerAccount {{ {balance} }} }} }}',
    }
