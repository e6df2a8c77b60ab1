"""What creates and changes programs."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.domain.terms import TermsText
from app.services.programs.change_programs import UpdateProgram
from app.services.programs.new_program import CreateProgram
from app.services.programs.terms import SetTerms
from schema.inputs.given import given
from schema.inputs.money import MoneyInput, amount_text
from schema.scalars import Address, BigInt


@strawberry.input
class TermsInput:
    registration_fee: MoneyInput | None = UNSET
    minimum_payment: MoneyInput | None = UNSET
    maximum_payment: MoneyInput | None = UNSET
    platform_fee_bps: int = 0
    commission_levels_bps: list[int]
    registration_earns_commission: bool = False
    holding_period_days: int = 30
    minimum_payout: MoneyInput | None = UNSET

    def text(self) -> TermsText:
        """The same as the domain takes it."""
        return TermsText(
            commission_levels_bps=tuple(self.commission_levels_bps),
            registration_fee=amount_text(self.registration_fee),
            minimum_payment=amount_text(self.minimum_payment),
            maximum_payment=amount_text(self.maximum_payment),
            platform_fee_bps=self.platform_fee_bps,
            registration_earns_commission=self.registration_earns_commission,
            holding_period_days=self.holding_period_days,
            minimum_payout=amount_text(self.minimum_payout),
        )


@strawberry.input
class CreateProgramInput:
    slug: str
    name: str
    treasury: Address
    chain_id: BigInt
    currencies: list[str]
    terms: TermsInput
    admin_wallets: list[Address]
    test: bool = False
    open_registration: bool = True
    allow_self_approval: bool = False
    wallet_cool_down_hours: int = 72
    maximum_tree_depth: int = 32

    def command(self) -> CreateProgram:
        """The same as the service takes it."""
        return CreateProgram(
            slug=self.slug,
            name=self.name,
            treasury=self.treasury,
            chain_id=self.chain_id,
            currencies=tuple(self.currencies),
            terms=self.terms.text(),
            admin_wallets=tuple(self.admin_wallets),
            test=self.test,
            open_registration=self.open_registration,
            allow_self_approval=self.allow_self_approval,
            wallet_cool_down_hours=self.wallet_cool_down_hours,
            maximum_tree_depth=self.maximum_tree_depth,
        )


@strawberry.input
class UpdateProgramInput:
    program_id: strawberry.ID
    name: str | None = UNSET
    open_registration: bool | None = UNSET
    allow_self_approval: bool | None = UNSET
    wallet_cool_down_hours: int | None = UNSET
    maximum_tree_depth: int | None = UNSET

    def command(self, program_key: int) -> UpdateProgram:
        """Absent means unchanged; so does null, for nothing here can be removed."""
        return UpdateProgram(
            program_id=program_key,
            name=given(self.name),
            open_registration=given(self.open_registration),
            allow_self_approval=given(self.allow_self_approval),
            wallet_cool_down_hours=given(self.wallet_cool_down_hours),
            maximum_tree_depth=given(self.maximum_tree_depth),
        )


@strawberry.input
class SetTermsInput:
    program_id: strawberry.ID
    terms: TermsInput
    effective_from: datetime | None = UNSET
    idempotency_key: str

    def command(self, program_key: int, kept_key: str) -> SetTerms:
        """The same as the service takes it. kept_key: the idempotency key as it is kept."""
        return SetTerms(
            program_id=program_key,
            terms=self.terms.text(),
            idempotency_key=kept_key,
            effective_from=given(self.effective_from),
        )
