"""A process that ends between two of its steps, as when the machine stops there: nothing of it runs any more."""

from collections.abc import Callable


class Ended(BaseException):
    """No handler of the product catches it."""


def ending_at(point: str) -> Callable[[str], None]:
    """Ends the process when it first comes to this point."""

    def at_point(here: str) -> None:
        if here == point:
            raise Ended(point)

    return at_point
