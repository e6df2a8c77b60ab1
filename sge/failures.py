"""What keeps a command from starting, in words for a person."""


class CannotStart(RuntimeError):
    """One line that says what is wrong and what to do; `sge` ends with exit code 2."""
