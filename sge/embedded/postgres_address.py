"""How to reach an embedded PostgreSQL, as each of its roles."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sge.embedded.ports import LOOPBACK

SUPERUSER = "postgres"
ROLES = ("sge_owner", "sge_api", "sge_worker", "sge_feed", "sge_reader", "sge_backup")
DATABASE = "sge"


@dataclass(frozen=True)
class PostgresAddress:
    """Ports, sockets and passwords of a running server; can be handed to another process."""

    port: int
    socket_folder: Path
    passwords: dict[str, str]

    def dsn(self, role: str = "sge_owner", database: str = DATABASE) -> str:
        """`postgresql://…` over TCP on the loopback interface, with the role's password."""
        password = quote(self.passwords[role], safe="")
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def socket_dsn(self, role: str = "sge_owner", database: str = DATABASE) -> str:
        """`postgresql://…` over the Unix socket, which only this user can open: no password."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}&port={self.port}"
