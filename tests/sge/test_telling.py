"""What a long command says where no terminal shows its bars."""

from io import StringIO

import pytest
from rich.console import Console

from sge import telling
from sge.telling import Told, progress_bars
from tests.bus.test_bells import eventually


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_QUIET_SECONDS", 0.0)
    monkeypatch.setattr(telling, "_LINE_EACH_SECONDS", 0.01)
    monkeypatch.setattr(telling, "_LOOK_EACH_SECONDS", 0.01)


@pytest.mark.usefixtures("hurried")
async def test_a_step_that_takes_long_is_said_again() -> None:
    written = StringIO()
    told = Told(Console(file=written))
    told.tell("PAYOUTS")
    try:
        await eventually(lambda: written.getvalue().count("PAYOUTS (0 s)") > 2)
    finally:
        told.end()
    said = written.getvalue()
    told.tell("too late")
    assert "too late" not in said


@pytest.mark.usefixtures("hurried")
async def test_bars_are_lines_where_no_terminal_shows_them() -> None:
    written = StringIO()
    with progress_bars(console=Console(file=written)) as bars:
        bars.add_task("aurora", total=1_000_000)
        first = bars.add_task("users", total=100_000)
        bars.update(first, completed=40_000)
        await eventually(lambda: "users: 40,000 of 100,000 (0 s)" in written.getvalue())
        bars.update(first, completed=100_000)
        second = bars.add_task("payments", total=5_000)
        bars.update(second, completed=7)
        await eventually(lambda: "payments: 7 of 5,000 (0 s)" in written.getvalue())
    assert "aurora" not in written.getvalue().replace("aurora: 0", "")


async def test_what_is_done_at_once_says_nothing() -> None:
    written = StringIO()
    with progress_bars(console=Console(file=written)) as bars:
        bars.update(bars.add_task("users", total=2), completed=1)
    assert written.getvalue() == ""
