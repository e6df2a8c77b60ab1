"""nginx as deploy/nginx configures it, in front of a test's API processes."""

import shutil
import signal
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from sge.embedded.child import Launch
from sge.embedded.ports import LOOPBACK, free_port
from sge.embedded.project import PROJECT
from sge.embedded.server import Server
from sge.embedded.unprivileged import reachable_folder, server_account
from tests.deployment.secrets import make_secrets
from tests.fixtures.programs import needed_program

_FOLDER = PROJECT / "deploy" / "nginx"


class Nginx(Server):
    """Other ports, addresses and folders; all else is the deployment's."""

    name: ClassVar[str] = "nginx"
    farewell: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, folder: Path, api_ports: Sequence[int]) -> None:
        super().__init__(folder)
        self._program = needed_program("nginx", "nginx-light")
        self._account = server_account()
        self._place = reachable_folder(self.folder / "etc", self._account)
        self._secrets = make_secrets(self.folder / "secrets")
        self._api_ports = api_ports

    @property
    def authority(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def authority_file(self) -> Path:
        """Who signed its certificate, which is for `localhost`."""
        return self._secrets / "ca_certificate"

    def trust(self) -> ssl.SSLContext:
        """A client's: nobody signed the test's certificate."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def _launch(self) -> Launch:
        for name in ("tls_certificate", "tls_key"):
            shutil.copy(self._secrets / name, self._place / name)
        for file in _FOLDER.glob("*.conf"):
            text = file.read_text().replace("/tmp/", f"{self._place}/")
            text = text.replace("/run/secrets", str(self._place))
            text = text.replace("/dev/stderr", f"{self._place}/error.log")
            text = text.replace("/dev/stdout", f"{self._place}/access.log")
            text = text.replace("8443", str(self.port)).replace("8080", str(free_port()))
            for host, port in zip(("11", "12"), self._api_ports, strict=True):
                text = text.replace(f"172.30.1.{host}:8000", f"{LOOPBACK}:{port}")
            (self._place / file.name).write_text(text)
        if self._account is not None:
            for one in (self._place, *self._place.iterdir()):
                shutil.chown(one, self._account.uid, self._account.gid)
        settings = str(self._place / "nginx.conf")
        command = [self._program, "-c", settings, "-e", "stderr", "-g", "daemon off;"]
        return Launch(command, self._account)

    def _answers(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), 1.0).close()
        except OSError:
            return False
        return True
