"""The two programs that the demo shows, and their affiliate trees."""

from dataclasses import dataclass

CURRENCY = "USDC"


@dataclass(frozen=True)
class Member:
    """An affiliate and the code of the one above; parents come before their children."""

    code: str
    parent: str | None
    name: str


@dataclass(frozen=True)
class ProgramPlan:
    """A program as it is created; amounts are decimal strings of its currency."""

    slug: str
    name: str
    test: bool
    holding_period_days: int
    registration_fee: str | None
    affiliates: tuple[Member, ...]

    def terms(self) -> dict[str, object]:
        """As TermsInput."""
        fee = self.registration_fee
        return {
            "registrationFee": None if fee is None else {"amount": fee, "currency": CURRENCY},
            "minimumPayment": {"amount": "1.00", "currency": CURRENCY},
            "maximumPayment": {"amount": "10000.00", "currency": CURRENCY},
            "minimumPayout": {"amount": "10.00", "currency": CURRENCY},
            "platformFeeBps": 100,
            "commissionLevelsBps": [1000, 500, 200, 100],
            "holdingPeriodDays": self.holding_period_days,
        }


PROGRAMS = (
    ProgramPlan(
        slug="aurora",
        name="Aurora Academy",
        test=True,
        holding_period_days=30,
        registration_fee=None,
        affiliates=(
            Member("AURORA", None, "Aurora Partners"),
            Member("NORTH", "AURORA", "Northern Lights"),
            Member("SOUTH", "AURORA", "Southern Cross"),
            Member("FJORD", "NORTH", "Fjord Media"),
            Member("TUNDRA", "NORTH", "Tundra Talks"),
            Member("REEF", "SOUTH", "Reef Radio"),
            Member("SKERRY", "FJORD", "Skerry Studio"),
            Member("LICHEN", "TUNDRA", "Lichen Letters"),
            Member("CORAL", "REEF", "Coral Courses"),
            Member("KELP", "SKERRY", "Kelp Club"),
        ),
    ),
    ProgramPlan(
        slug="borealis",
        name="Borealis Club",
        test=False,
        holding_period_days=0,
        registration_fee="5.00",
        affiliates=(
            Member("BOREAL", None, "Boreal House"),
            Member("SPRUCE", "BOREAL", "Spruce Social"),
            Member("BIRCH", "BOREAL", "Birch Bureau"),
            Member("MOSS", "SPRUCE", "Moss Market"),
            Member("FERN", "BIRCH", "Fern Forum"),
            Member("CEDAR", "MOSS", "Cedar Circle"),
            Member("WILLOW", "FERN", "Willow Works"),
            Member("JUNIPER", "CEDAR", "Juniper Journal"),
        ),
    ),
)
