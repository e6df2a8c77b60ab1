"""nginx itself takes the files of deploy/nginx."""

import subprocess
from pathlib import Path

from sge.embedded.ports import free_port
from sge.embedded.project import PROJECT
from tests.deployment.secrets import make_secrets
from tests.fixtures.programs import needed_program

FOLDER = PROJECT / "deploy" / "nginx"


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    nginx = needed_program("nginx", "nginx-light")
    secrets = make_secrets(tmp_path / "secrets")
    for file in FOLDER.glob("*.conf"):
        text = file.read_text().replace("/tmp/", f"{tmp_path}/")
        text = text.replace("/run/secrets", str(secrets)).replace("8443", str(free_port()))
        (tmp_path / file.name).write_text(text.replace("8080", str(free_port())))
    done = subprocess.run(
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
