"""What witnesses should have seen beside what they saw. Whatever is wrong is said in words; an empty list is what is right."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from tests.storm.witnesses import Seen

_SHOWN = 5
Recorded = tuple[int, str, str]


def of_subscriber(record: Sequence[Recorded], heard: Sequence[Seen]) -> list[str]:
    """Each recorded event (position, type, name) once, in the order of the record, and nothing else."""
    wrong = []
    got = [(one.position, one.type, one.name) for one in heard]
    twice = [one for one, times in Counter(got).items() if times > 1]
    wrong += _said("came twice", twice)
    wrong += _said("never came", set(record) - set(got))
    wrong += _said("were never recorded", set(got) - set(record))
    if not wrong and got != list(record):
        wrong.append("events came in another order than that of the record")
    return wrong


def of_receiver(record: Iterable[Recorded], hooked: Iterable[Seen]) -> list[str]:
    """Each recorded event of a kind that was asked for at least once, and nothing else."""
    told, asked = {(one.position, one.type, one.name) for one in hooked}, set(record)
    return _said("were never delivered", asked - told) + _said("nobody asked for", told - asked)


def of_intents(accepted: Collection[str], heard: Sequence[Seen]) -> list[str]:
    """Everything that a customer was promised was accepted once and confirmed once."""
    wrong = []
    for name in ("intent.accepted", "intent.confirmed"):
        times = Counter(one.entity_id for one in heard if one.name == name)
        wrong += _said(f"without {name}", [one for one in accepted if not times[one]])
        wrong += _said(f"with more than one {name}", [one for one in accepted if times[one] > 1])
    return wrong


def of_wallets(left: dict[str, int], held: dict[str, int]) -> list[str]:
    """Each wallet has on chain what it had less what it paid, in units: nothing was taken twice, and nothing forgotten."""
    return [
        f"{wallet} has {held[wallet]} units and should have {units}"
        for wallet, units in left.items()
        if held[wallet] != units
    ]


def _said(words: str, which: Collection[object]) -> list[str]:
    if not which:
        return []
    return [f"{len(which)} {words}, such as {sorted(which, key=str)[:_SHOWN]}"]
