"""A child process that does not outlive its parent (Linux; elsewhere the next run finds it)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

# Its number is in the manual page of prctl.
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel sends it `farewell` when we die.

    The kernel means the thread that forked: start servers in a thread that lives as long as they.
    """
    if _LIBC is None:
        return None
    libc = _LIBC
    parent = os.getpid()

    def prepare_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(farewell))
        if os.getppid() != parent:  # it died before the kernel was told
            os._exit(1)

    return prepare_child
