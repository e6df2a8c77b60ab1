"""The variables that `sge` reads."""

from app.secret_files import secrets_of
from app.settings import Settings

FIELDS = {f"SGE_{name.upper()}" for name in Settings.model_fields}
IN_FILES = {f"SGE_{name.upper()}_FILE" for name in secrets_of(Settings)}
VARIABLES = FIELDS | IN_FILES
# Whatever holds a secret is given by file, never in the environment, which anybody who inspects a container sees.
SECRET = {name.removesuffix("_FILE") for name in IN_FILES} | {"SGE_RELAYER_KEYS"}
# Optional for the command, and more than one kind of process might want it; held to docs/security.md, "Who holds what".
MAY_HOLD = {
    "api": {"SGE_DATABASE_READ_URL"},
    "worker": set(),
    "scheduler": set(),
    "migrate": set(),
}
