"""docs/events.md names what the program writes, and nothing else; what worlds record is compared beside them."""

import re
from datetime import UTC, datetime

import pytest

from app.domain.events import Event, EventType
from app.domain.ids import new_id
from resolvers.event_stream import _mark
from sge.embedded.project import PROJECT
from tests.fixtures.documented_events import differences, documented_events

_NAME = re.compile(r"""["']((?:[a-z]+_)*[a-z]+\.[a-z_]+)["']""")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_every_documented_name_is_written() -> None:
    sources = [*(PROJECT / "app").rglob("*.py"), *(PROJECT / "migrations" / "sql").rglob("*.sql")]
    written = {name for source in sources for name in _NAME.findall(source.read_text())}
    assert documented_events().keys() - written == {"cursor"}


def test_the_cursor_event_is_documented() -> None:
    mark = _mark("cursor", NOW)
    said = documented_events()[mark.name]
    assert (mark.type, mark.data, mark.entity_id) == (said.type, {}, None)
    assert not said.always | said.sometimes


DATA = {"v": 1, "affiliate": str(new_id()), "amount": "1", "currency": "USDC", "payableAt": "2026"}


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("commission.payable", DATA, None),
        ("commission.lost", DATA, "commission.lost is not in docs/events.md"),
        ("commission.payable", DATA | {"level": 1}, "commission.payable.level is not"),
        ("commission.payable", DATA | {"currency": str(new_id())}, "currency is a bare uuid"),
        ("commission.payable", {"v": 1}, "commission.payable.amount is in docs/events.md"),
        ("commission.payable", DATA | {"v": 2}, "no version 1"),
        ("payout.paid", DATA, "of type COMMISSION"),
    ],
)
def test_what_differs_is_named(name: str, data: dict[str, object], told: str | None) -> None:
    event = Event(1, 1, EventType.COMMISSION, name, str(new_id()), 1, NOW, data)
    found = "; ".join(differences(event, documented_events()))
    assert told in found if told else not found, found
