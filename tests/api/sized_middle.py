"""Balances and periods in the middle of a seeded history: far from its first and from its last journals."""

from typing import Any

from schema.ids import IdPrefix, encode_id


def middle_third(facts: dict[str, Any]) -> str:
    """As arguments."""
    third = (facts["newest"] - facts["oldest"]) / 3
    first, last = facts["oldest"] + third, facts["newest"] - third
    return f'from: "{first.isoformat()}", to: "{last.isoformat()}"'


def middle_questions(facts: dict[str, Any]) -> dict[str, str]:
    """Each a document of its own, by name; of the middle third, and of the instant between its ends."""
    days = f'currency: "USDC", {middle_third(facts)}'
    at = (facts["oldest"] + (facts["newest"] - facts["oldest"]) / 2).isoformat()
    earner = encode_id(IdPrefix.AFFILIATE, facts["earner"])
    account = encode_id(IdPrefix.LEDGER_ACCOUNT, facts["account"])
    lines = "lines(first: 50) { nodes { effectiveAt amount { amount } balanceAfter { amount } } totalCount { value } }"
    statement = f"statement({days}) {{ opening {{ amount }} accrued {{ amount }} closing {{ amount }} {lines} }}"
    journals = f"ledgerTransactions(first: 50, filter: {{{middle_third(facts)}}}) {{ nodes {{ id }} totalCount {{ value }} }}"
    balance = f'balance(asOf: "{at}") {{ amount }}'
    kinds = "rows { kind accounts debits { amount } credits { amount } }"
    trial = f'trialBalance(asOf: "{at}") {{ currency balanced {kinds} }}'
    return {
        "statement of the middle third": f'{{ affiliate(by: {{id: "{earner}"}}) {{ {statement} }} }}',
        "journals of the middle third": f'{{ program(slug: "{facts["slug"]}") {{ {journals} }} }}',
        "trial balance in the middle": f'{{ program(slug: "{facts["slug"]}") {{ {trial} }} }}',
        "account's balance in the middle": f'{{ node(id: "{account}") {{ ... on LedgerAccount {{ {balance} }} }} }}',
    }
