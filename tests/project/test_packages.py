"""`app` and `schema` are names on the package index too: ours must win, and all be packaged."""

import importlib
import tomllib
from pathlib import Path

import pytest

from sge.embedded.project import PROJECT

TOP = ("app", "schema", "resolvers", "jobs", "sge")


@pytest.mark.parametrize("name", TOP)
def test_a_package_resolves_inside_the_project(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__file__ is not None
    assert Path(package.__file__).parent == PROJECT / name


def test_every_package_is_in_the_distribution() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]
    found = {
        ".".join(init.parent.relative_to(PROJECT).parts)
        for top in TOP
        for init in (PROJECT / top).rglob("__init__.py")
    }
    assert set(declared["packages"]) == found


def test_every_folder_with_code_is_a_package() -> None:
    folders = {file.parent for top in TOP for file in (PROJECT / top).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
