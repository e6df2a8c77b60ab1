"""Alembic, told whose database it works on."""

from argparse import Namespace

from alembic import command
from alembic.config import Config
from alembic.util.exc import DatabaseNotAtHead

from sge.embedded.project import PROJECT


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Brings the database up to the revision; `owner_url` is its address as sge_owner."""
    command.upgrade(_configuration(owner_url), revision)


def downgrade(owner_url: str, revision: str) -> None:
    """Takes the database back to the revision (`base`: nothing is left)."""
    command.downgrade(_configuration(owner_url), revision)


def is_newest(owner_url: str) -> bool:
    """Whether every migration of this checkout has run."""
    try:
        command.current(_configuration(owner_url), check_heads=True)
    except DatabaseNotAtHead:
        return False
    return True


def _configuration(owner_url: str) -> Config:
    return Config(
        toml_file=PROJECT / "pyproject.toml",
        cmd_opts=Namespace(x=[f"url={owner_url}"]),
    )
