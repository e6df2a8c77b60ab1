"""Whom a person can be in the demo: what the sign-in page's chooser shows, with the keys that sign."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sge.demo.options import DemoOptions
from sge.demo.programs import PROGRAMS, ProgramPlan
from sge.demo.wallets import DemoKeys, ProgramKeys, customer_key, described
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.private_file import write_private

# Of each program, the first ones, who are registered within seconds.
_CUSTOMERS = 3


def people_path(options: DemoOptions) -> Path:
    """Where they are kept for the API process; only its owner can read it."""
    return options.folder / "demo-wallets.json"


def store_people(options: DemoOptions, keys: DemoKeys) -> None:
    """Writes the answer of GET /demo/wallets."""
    write_private(people_path(options), json.dumps(described_people(keys)))


def described_people(keys: DemoKeys) -> dict[str, Any]:
    """The test chain, and each wallet with its name, its roles as the demo began, and where it has them."""
    people = [_person(keys.operator, "Operator of the platform", ["OPERATOR"])]
    for plan, program_keys in zip(PROGRAMS, keys.programs, strict=True):
        program = {"slug": plan.slug, "name": plan.name}
        people += [person | {"program": program} for person in _of(plan, program_keys, keys)]
    return {"chainId": str(CHAIN_ID), "wallets": people}


def _of(plan: ProgramPlan, program: ProgramKeys, keys: DemoKeys) -> Iterator[dict[str, Any]]:
    for number, key in enumerate(program.owners, 1):
        roles = ["ADMIN", "OWNER"] if number == 1 else ["OWNER"]
        yield _person(key, f"Owner {number} of {plan.name}", roles)
    for member, key in zip(plan.affiliates, program.affiliates, strict=True):
        yield _person(key, member.name, ["AFFILIATE"], member.code)
    for number in range(_CUSTOMERS):
        key = customer_key(keys, plan.slug, number)
        yield _person(key, f"Customer {number + 1} of {plan.name}", ["CLIENT"])


def _person(key: str, name: str, roles: list[str], code: str | None = None) -> dict[str, Any]:
    return {"name": name, "roles": roles, "program": None, "referralCode": code, **described(key)}
