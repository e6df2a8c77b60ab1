"""Which nonces a person names: single ones ("17"), and stretches ("17 to 19", "17-19")."""

import re
from collections.abc import Iterable

# Longer numbers are no nonces: EIP-2681 ends them at 2^64.
_STRETCH = re.compile(r"(?<![0-9])([0-9]{1,20})(?:\s*(?:-|to)\s*([0-9]{1,20}))?(?![0-9])", re.ASCII)


def unstated(nonces: Iterable[int], text: str) -> list[int]:
    """Those that the text does not name, in order. A stretch names them only when it begins and ends at one of them: who
    writes "0 to 9999999" has looked at none.
    """
    asked = set(nonces)
    stretches = [
        (int(first), int(last or first))
        for first, last in _STRETCH.findall(text)
        if int(first) in asked and int(last or first) in asked
    ]
    return sorted(
        nonce for nonce in asked if not any(first <= nonce <= last for first, last in stretches)
    )


def in_words(nonces: Iterable[int]) -> str:
    """As stretches: "3, 5 to 7"."""
    parts: list[list[int]] = []
    for nonce in sorted(set(nonces)):
        if parts and nonce == parts[-1][-1] + 1:
            parts[-1].append(nonce)
        else:
            parts.append([nonce])
    return ", ".join(
        str(part[0]) if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts
    )
