"""Redis as a child process. It carries bells only: losing its data delays, never loses."""

import signal
import socket
from pathlib import Path
from typing import ClassVar

from sge.embedded.child import Launch
from sge.embedded.ports import LOOPBACK
from sge.embedded.private_file import kept_secret, write_private
from sge.embedded.redis_binary import redis_binary
from sge.embedded.server import Server

_ANSWER_SECONDS = 1.0


class Redis(Server):
    """A Redis server with a password of its own, reachable on the loopback interface only."""

    name: ClassVar[str] = "Redis"
    farewell: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        super().__init__(folder, port=port)
        self._password = kept_secret(self.folder / "password")

    @property
    def url(self) -> str:
        """`redis://…`, with the password."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def _launch(self) -> Launch:
        settings = self.folder / "redis.conf"
        write_private(settings, self._settings())
        return Launch([str(redis_binary()), str(settings)])

    def _settings(self) -> str:
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {self.port}",
                f"requirepass {self._password}",
                f'dir "{self.folder}"',
                "daemonize no",
                "appendonly no",
                "save 60 1000",
                "",
            ]
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), _ANSWER_SECONDS) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = connection.recv(256)
                while answer.count(b"\r\n") < 2:
                    more = connection.recv(256)
                    if not more:
                        return False
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
