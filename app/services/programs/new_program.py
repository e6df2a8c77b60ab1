"""What a client wants a program to be, checked before anything of it is read from the chain."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from app.domain.chains import ChainFacts
from app.domain.errors import Refusal, RefusalCode
from app.domain.idempotency import meaning_hash
from app.domain.money import Currency
from app.domain.terms import TermsDraft, TermsText, draft_terms, terms_meaning
from app.domain.texts import check_text

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}", re.ASCII)
LONGEST_COOL_DOWN_HOURS = 8760
DEEPEST_TREE = 128
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class CreateProgram:
    """Addresses are checksummed."""

    slug: str
    name: str
    treasury: str
    chain_id: int
    currencies: tuple[str, ...]
    terms: TermsText
    admin_wallets: tuple[str, ...] = ()
    test: bool = False
    open_registration: bool = True
    allow_self_approval: bool = False
    wallet_cool_down_hours: int = 72
    maximum_tree_depth: int = 32


@dataclass(frozen=True, slots=True)
class NewProgram:
    """A command that can be carried out, if the treasury allows it."""

    command: CreateProgram
    currencies: tuple[Currency, ...]
    terms: TermsDraft
    request_hash: bytes


def check_new_program(command: CreateProgram, chains: Mapping[int, ChainFacts]) -> NewProgram:
    """Refuses what no treasury could make right; each refusal names its field."""
    if not _SLUG.fullmatch(command.slug):
        raise _invalid("A slug is 2 to 63 lower-case letters, digits and hyphens.", "slug")
    check_program_limits(command.name, command.wallet_cool_down_hours, command.maximum_tree_depth)
    chain = chains.get(command.chain_id)
    if chain is None:
        raise Refusal(RefusalCode.UNKNOWN_CHAIN, "This chain is not served here.", "chainId")
    if command.test and chain.production:
        raise _invalid("A test program never lives on a production chain.", "test")
    currencies = _currencies(command.currencies, chain)
    by_code = {currency.code: currency for currency in currencies}
    return NewProgram(
        command,
        currencies,
        draft_terms(command.terms, by_code, command.maximum_tree_depth),
        program_request_hash(command),
    )


def program_request_hash(command: CreateProgram) -> bytes:
    """What makes two createProgram requests the same one."""
    meaning = asdict(command)
    meaning["terms"] = terms_meaning(command.terms)
    meaning["admin_wallets"] = sorted(set(command.admin_wallets))
    return meaning_hash("createProgram", meaning)


def check_program_limits(name: str, cool_down_hours: int, tree_depth: int) -> None:
    """Refuses INVALID_INPUT."""
    check_text(name, LONGEST_NAME, "name")
    if not 0 <= cool_down_hours <= LONGEST_COOL_DOWN_HOURS:
        raise _invalid("A cool-down is 0 to 8760 hours.", "walletCoolDownHours")
    if not 1 <= tree_depth <= DEEPEST_TREE:
        raise _invalid(f"A tree is 1 to {DEEPEST_TREE} levels deep.", "maximumTreeDepth")


def _currencies(codes: tuple[str, ...], chain: ChainFacts) -> tuple[Currency, ...]:
    if not codes or len(set(codes)) != len(codes):
        raise _invalid("A program has at least one currency, each named once.", "currencies")
    unknown = [code for code in codes if code not in chain.currencies]
    if unknown:
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY, "This chain has no such currency.", "currencies"
        )
    return tuple(chain.currencies[code] for code in codes)


def _invalid(message: str, field: str) -> Refusal:
    return Refusal(RefusalCode.INVALID_INPUT, message, field)
