"""The image holds what its processes need: what is copied exists, what is run is there, and nobody is root."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

from sge.embedded.project import PROJECT
from tests.deployment.command_lines import parses
from tests.deployment.compose import environment, processes, services
from tests.deployment.dockerfile import FILE, copied_files, stages

PAGE, PACKAGES, FINAL, BACKUP, LAST = stages()


def test_what_is_copied_exists_and_is_let_through() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    for stage in stages():
        for source in copied_files(stage):
            assert (PROJECT / source).exists(), source
            assert any(source.is_relative_to(each) for each in let_through), source
    needed = {str(source) for stage in stages() for source in copied_files(stage)}
    assert let_through <= needed | {"requirements/runtime.txt", "frontend-stub"}
    assert "**/.env" in ignored


def test_stages_take_from_stages_what_those_have_made() -> None:
    (page,) = [copy for copy in FINAL.copies if copy[0] == "page" and "graphiql" not in copy[2]]
    assert page == ("page", ["/build/frontend-stub/dist"], "frontend-stub/dist")
    scripts = json.loads((PROJECT / "frontend-stub/package.json").read_text())["scripts"]
    assert "npm run build" in PAGE.runs[-1]
    assert scripts["build"] == "vite build && vite build graphiql"
    graphiql = (PROJECT / "frontend-stub/graphiql/vite.config.ts").read_text()
    assert "dist-graphiql" in graphiql
    (packages,) = [copy for copy in FINAL.copies if copy[0] == "packages"]
    assert packages[1] == ["/opt/sge"] == [packages[2]]
    assert PACKAGES.runs[0].startswith("python -m venv /opt/sge")
    assert PACKAGES.image == FINAL.image  # a virtual environment belongs to one Python


def test_all_packages_of_the_project_are_in_it() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]
    tops = {name.split(".")[0] for name in declared["packages"]}
    copied = {str(path) for path in copied_files(FINAL)}
    assert tops <= copied
    assert {"migrations", "pyproject.toml"} <= copied
    assert (PROJECT / "migrations/env.py").exists()


def test_it_is_what_runs_in_the_tests() -> None:
    """CI runs one version of Python: the image has that one."""
    version = re.findall(r"python:(\d+\.\d+)", FINAL.image)
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert version == [declared["tool"]["mypy"]["python_version"]]
    for stage in (PAGE, PACKAGES, FINAL):
        assert re.search(r":\d+\.\d+\.\d+-slim|:\d+\.\d+\.\d+-bookworm-slim", stage.image)


def test_nobody_is_root_and_nothing_compiles() -> None:
    assert FINAL.others["USER"] == processes()["worker"]["user"]
    text = FILE.read_text()
    assert "--only-binary :all: --require-hashes" in text
    assert not re.search(r"apt-get|gcc|build-essential", text)
    assert not re.search(r"^(ARG|ENV) .*(KEY|PASSWORD|SECRET|TOKEN)", text, re.MULTILINE)
    assert all(run.split()[:2] == ["python", "-m"] for run in FINAL.runs)


def test_its_entry_is_the_command_line() -> None:
    assert json.loads(FINAL.others["ENTRYPOINT"]) == ["python", "-m", "sge.cli"]
    assert json.loads(FINAL.others["CMD"]) == ["--help"]
    assert parses(["migrate"]) is None
    assert parses(["migrate", "--fast"]) is not None
    assert parses(["migrates"]) is not None


def test_what_is_built_without_a_target_is_the_image_of_the_processes() -> None:
    assert (LAST.image, LAST.copies, LAST.runs) == (FINAL.name, [], [])
    for name, service in processes().items():
        assert service["build"].get("target") == ("backup" if name == "backup" else None)


def test_backups_are_made_by_the_servers_own_programs() -> None:
    """Those of the embedded server speak no TLS. What is missing is missing when the image is built."""
    assert BACKUP.image == services()["postgres-primary"]["image"]
    assert BACKUP.others["USER"] == services()["backup"]["user"]
    assert BACKUP.others["ENTRYPOINT"] == FINAL.others["ENTRYPOINT"]
    assert {(copy[0], copy[2]) for copy in BACKUP.copies} == {
        ("packages", "/usr/local"),
        (FINAL.name, "/opt/sge"),
        (FINAL.name, "/srv/sge"),
    }
    programs = environment(services()["backup"])["SGE_POSTGRES_PROGRAMS"]
    (run,) = BACKUP.runs
    assert (
        run == f"ldconfig && {programs}/pg_basebackup --version && python -m sge.cli backup --help"
    )
    assert FINAL.others["WORKDIR"] == BACKUP.others["WORKDIR"]


def test_nothing_private_is_copied() -> None:
    """What git does not know is not of the product: settings, secrets, data."""
    done = subprocess.run(
        ["git", "check-ignore", "deploy/compose/secrets/x", ".env", ".sge/x"],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 128 or len(done.stdout.splitlines()) == 3
    assert not any(Path(".sge").is_relative_to(path) for path in copied_files(FINAL))
