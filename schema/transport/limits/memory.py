"""What was refused a moment ago is refused again without asking anybody."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

Kept = TypeVar("Kept")
_MOST_KEPT = 10_000


class Memory(Generic[Kept]):
    """Values by name, each until an instant; the oldest are forgotten first when there are too many."""

    def __init__(
        self, most_kept: int = _MOST_KEPT, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._most_kept = most_kept
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, Kept]] = OrderedDict()

    def keep(self, name: str, value: Kept, seconds: float) -> None:
        """Keeps a value for so long."""
        self._kept[name] = (self._seconds() + seconds, value)
        self._kept.move_to_end(name)
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)

    def find(self, name: str) -> tuple[Kept, float] | None:
        """The value and for how many seconds it is still kept."""
        found = self._kept.get(name)
        if found is None:
            return None
        left = found[0] - self._seconds()
        if left > 0:
            return found[1], left
        del self._kept[name]
        return None

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)
