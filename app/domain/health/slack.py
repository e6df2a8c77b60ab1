"""An alert as a message that Slack, and whoever understands its incoming webhooks, shows."""

from datetime import datetime
from typing import Any

from app.domain.health.lifecycle import MessageKind

_WORDS = {
    MessageKind.OPENED: "",
    MessageKind.WORSE: "worse: ",
    MessageKind.REMINDER: "still open: ",
    MessageKind.RESOLVED: "resolved: ",
}
_COLOURS = {"WARNING": "warning", "CRITICAL": "danger"}
# Of three characters with a meaning (Slack, "Formatting text for app surfaces").
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LONGEST_SUMMARY = 2_000


def slack_message(
    kind: MessageKind,
    name: str,
    severity: str,
    summary: str,
    *,
    at: datetime,
    runbook_url: str | None,
) -> dict[str, Any]:
    """The body to post. runbook_url: where the pages are, without the slash; None: no link."""
    shown = summary[:_LONGEST_SUMMARY].translate(_ESCAPES)
    headline = f"[{severity}] {_WORDS[kind]}{name}: {shown}"
    attachment: dict[str, Any] = {
        "color": "good" if kind is MessageKind.RESOLVED else _COLOURS[severity],
        "title": name,
        "text": shown,
        "fallback": headline,
        "footer": "SGE",
        "ts": int(at.timestamp()),
    }
    if runbook_url is not None:
        attachment["title_link"] = f"{runbook_url}/{name}.md"
        attachment["actions"] = [
            {"type": "button", "text": "Runbook", "url": f"{runbook_url}/{name}.md"}
        ]
    return {"text": headline, "attachments": [attachment]}
