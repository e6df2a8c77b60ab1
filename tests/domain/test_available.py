"""What a program may take out."""

import pytest

from app.domain.available import OwnMoney, available


@pytest.mark.parametrize(
    ("money", "on_chain", "expected"),
    [
        (OwnMoney(program=82, affiliates=17, platform=1), 100, 82),
        (OwnMoney(program=82, affiliates=17, platform=1), 90, 72),
        (OwnMoney(program=82, affiliates=17, platform=1), 10, 0),
        (OwnMoney(program=82, platform=1, in_flight=17), 100, 82),
        (OwnMoney(program=-5, refunds=30), 100, 0),
        (OwnMoney(program=40, refunds=30), 65, 35),
        (OwnMoney(program=82, affiliates=17), None, 82),
    ],
)
def test_what_is_owed_stays(money: OwnMoney, on_chain: int | None, expected: int) -> None:
    assert available(money, on_chain) == expected
