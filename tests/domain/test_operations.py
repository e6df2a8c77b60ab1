"""What somebody who may not start an operation reads: who may."""

import pytest

from app.domain.operations import NOBODY, rule_of


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (
            "Mutation.pauseProgram",
            "API keys with MANAGE_PROGRAM and wallets that are ADMIN or operator",
        ),
        ("Query.intent", "API keys with READ and wallets that are ADMIN or CLIENT"),
        ("Query.payoutBatch", "API keys with READ and wallets that are ADMIN or treasury owner"),
        (
            "Mutation.createApiKey",
            "API keys with MANAGE_PROGRAM or PLATFORM and wallets that are ADMIN or operator",
        ),
        ("Mutation.registerUser", "API keys with WRITE_INTENTS and any wallet"),
        ("Mutation.logout", "any wallet"),
    ],
)
def test_a_rule_says_whom_it_admits(operation: str, said: str) -> None:
    assert rule_of(operation).said() == said


def test_what_is_for_nobody_names_nobody() -> None:
    assert NOBODY.said() == ""
