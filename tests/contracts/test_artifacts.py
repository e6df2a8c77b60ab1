"""The committed artefacts are what the committed sources compile to."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from app.chain import artifacts
from app.chain.artifacts import load_artifact
from app.chain.settlement_reason import SettlementReason
from sge.embedded.node import npm_environment
from sge.embedded.project import PROJECT, installing

CONTRACTS = PROJECT / "contracts"
PRODUCT_FOLDER = Path(artifacts.__file__).parent
TESTING_FOLDER = Path(__file__).parent / "artifacts"
SOURCES = ["package.json", "package-lock.json", ".npmrc", "compile.mjs"]


def jsons(folder: Path) -> dict[str, object]:
    """Each artefact of a folder, by its file's name."""
    return {path.name: json.loads(path.read_bytes()) for path in folder.glob("*.json")}


@pytest.fixture(scope="module")
def compiler() -> Path:
    """A folder with this project's sources, the locked compiler and the locked libraries."""
    with installing("contracts") as folder:
        known = folder / "package-lock.json"
        lock = (CONTRACTS / "package-lock.json").read_bytes()
        stale = not known.exists() or known.read_bytes() != lock
        for name in SOURCES:
            shutil.copy(CONTRACTS / name, folder)
        if stale or not (folder / "node_modules").exists():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, env=npm_environment(), check=True)
        shutil.rmtree(folder / "src", ignore_errors=True)
        shutil.copytree(CONTRACTS / "src", folder / "src")
        return folder


@pytest.mark.long
def test_a_recompile_gives_the_committed_artefacts(compiler: Path, tmp_path: Path) -> None:
    product, testing = tmp_path / "product", tmp_path / "testing"
    command = ["node", "compile.mjs", str(product), str(testing)]
    subprocess.run(command, cwd=compiler, env=npm_environment(), check=True)
    assert jsons(product) == jsons(PRODUCT_FOLDER)
    assert jsons(testing) == jsons(TESTING_FOLDER)


def test_every_artefact_says_where_it_is_from() -> None:
    found = jsons(PRODUCT_FOLDER)
    for name, artifact in found.items():
        assert isinstance(artifact, dict)
        assert artifact["origin"]
        assert artifact["license"] in {"Apache-2.0", "LGPL-3.0-only"}
        loaded = load_artifact(name.removesuffix(".json"))
        assert loaded.bytecode.startswith("0x6")
        assert loaded.abi
    assert len(found) == 8


def test_no_contract_is_too_large_to_deploy() -> None:
    for name in jsons(PRODUCT_FOLDER):
        code = load_artifact(name.removesuffix(".json")).deployed_bytecode
        assert len(code) // 2 - 1 <= 24_576, f"{name} is above EIP-170's limit"


def test_the_reasons_are_the_contracts() -> None:
    source = (CONTRACTS / "src" / "SettlementItems.sol").read_text()
    body = source.partition("enum Reason {")[2].partition("}")[0]
    names = [line.strip().split(" ")[0].rstrip(",") for line in body.strip().splitlines()]
    assert [name.upper() for name in names] == [
        reason.name.replace("_", "") for reason in SettlementReason
    ]
