"""What can go wrong around an embedded server; every message says what to do about it."""

from pathlib import Path


class EmbeddedFailure(RuntimeError):
    """An embedded server cannot be had or does not run; the text is meant for a person."""


class ToolMissing(EmbeddedFailure):
    """A program that an embedded server needs is not on this machine."""


class PortBusy(EmbeddedFailure):
    """Somebody else listens on the port."""

    def __init__(self, server: str, port: int, remedy: str) -> None:
        super().__init__(
            f"port {port} for {server} is taken by another program on this machine; {remedy}"
        )


class AlreadyRunning(EmbeddedFailure):
    """Another live run holds the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"{folder} is in use by process {holder}; stop that run first (Ctrl-C in its terminal), "
            "or choose another one with --folder"
        )


class ServerDied(EmbeddedFailure):
    """The server's process ended, or never became ready; ends with its last words."""

    def __init__(self, server: str, problem: str, log: Path) -> None:
        super().__init__(f"{server} {problem}; the end of {log}:\n{last_lines(log)}")


def last_lines(log: Path, count: int = 15) -> str:
    """The last lines of a log file, or a note that there is none."""
    if not log.exists():
        return "(nothing was written)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
