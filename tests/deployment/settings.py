"""The variables that `sge` reads."""

from collections.abc import Sequence

from app.settings import Settings
from app.settings.secret_files import secrets_of
from tests.deployment.lookers import looks

FIELDS = {f"SGE_{name.upper()}" for name in Settings.model_fields}
IN_FILES = {f"SGE_{name.upper()}_FILE" for name in secrets_of(Settings)}
VARIABLES = FIELDS | IN_FILES
# Whatever holds a secret is given by file, never in the environment, which anybody who inspects a container sees.
SECRET = {name.removesuffix("_FILE") for name in IN_FILES} | {"SGE_RELAYER_KEYS"}


def may_hold(command: Sequence[str]) -> set[str]:
    """What is optional for this command line; held to docs/security.md, "Who holds what"."""
    if command[0] == "api":
        return {"SGE_DATABASE_READ_URL"}
    if looks(command):
        return {"SGE_DATABASE_READ_URL", "SGE_ALERT_WEBHOOK_URL"}
    return set()
