"""Text that people write and others read: bounded, and free of what no screen or database takes."""

from app.domain.errors import Refusal, RefusalCode

LONGEST_REASON = 500


def check_text(text: str, longest: int, field: str) -> str:
    """The text; refuses INVALID_INPUT when it is blank, too long, or has control characters or surrogates."""
    if not text.strip() or len(text) > longest or not text.isprintable():
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            f"This takes 1 to {longest} characters without control characters.",
            field,
        )
    return text


def check_reason(reason: str) -> str:
    """A reason, which may have several lines."""
    check_text(reason.replace("\n", " "), LONGEST_REASON, "reason")
    return reason


def shown_line(text: str, longest: int) -> str | None:
    """What somebody else's program wrote, as one line that a person can be shown; None when nothing is left."""
    line = "".join(character for character in text if character.isprintable())
    return line.strip()[:longest].rstrip() or None
