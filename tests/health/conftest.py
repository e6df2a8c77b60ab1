"""The platform's figures on a real database, as the role of those who look at them."""

from tests.services.conftest import api, worker, world

__all__ = ["api", "worker", "world"]
