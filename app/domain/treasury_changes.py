"""What a change of a treasury's Safe means, in words; each has a person look before anything more is relayed.

A WARNING: owners have the right to change their Safe, and money that leaves is watched apart (CRITICAL).
"""

from collections.abc import Iterator

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.treasury import SafeConfiguration

NOBODY = "0x0000000000000000000000000000000000000000"


def first_look(reference: str, found: SafeConfiguration) -> NewDiscrepancy | None:
    """What is worth knowing of a Safe that was never looked at before; None when its owners alone decide."""
    told: list[str] = []
    if found.modules:
        told.append(
            f"modules that can move its money without its owners' signatures: {', '.join(found.modules)}"
        )
    if found.guard != NOBODY:
        told.append(f"a guard that can refuse what its owners signed: {found.guard}")
    if not told:
        return None
    return _reported(reference, f"The treasury's Safe has {' and '.join(told)}.")


def change(
    reference: str, before: SafeConfiguration, after: SafeConfiguration
) -> NewDiscrepancy | None:
    """None when nothing changed."""
    words = list(_changes(before, after))
    if not words:
        return None
    return _reported(
        reference,
        f"The treasury's Safe was changed: {'; '.join(words)}. Payouts wait until a person resolves this.",
    )


def not_readable(reference: str) -> NewDiscrepancy:
    return _reported(
        reference,
        "The treasury does not answer as a Safe any more: its owners gave it other code."
        " Payouts wait until a person resolves this.",
    )


def module_acted(reference: str, tx_hash: bytes) -> NewDiscrepancy:
    return _reported(
        reference,
        f"A module of the treasury's Safe acted without its owners' signatures in transaction 0x{tx_hash.hex()}.",
    )


def _changes(before: SafeConfiguration, after: SafeConfiguration) -> Iterator[str]:
    yield from _members("owner", before.owners, after.owners)
    if before.threshold != after.threshold:
        yield f"{after.threshold} signatures suffice instead of {before.threshold}"
    yield from _members("module", before.modules, after.modules)
    for name, was, now in (
        ("guard", before.guard, after.guard),
        ("fallback handler", before.fallback_handler, after.fallback_handler),
        ("code", before.singleton, after.singleton),
    ):
        if was != now:
            yield f"{name} {_named(now)} instead of {_named(was)}"


def _members(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    for one in sorted(set(after) - set(before)):
        yield f"{name} {one} added"
    for one in sorted(set(before) - set(after)):
        yield f"{name} {one} removed"


def _named(address: str) -> str:
    return "none" if address == NOBODY else address


def _reported(reference: str, message: str) -> NewDiscrepancy:
    kind = DiscrepancyKind.TREASURY_CONFIGURATION
    return NewDiscrepancy(kind, Severity.WARNING, reference, message)
