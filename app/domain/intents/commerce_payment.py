"""COMMERCE_PAYMENT: somebody pays through a payment provider, which says what was paid and when; no wallet signs it."""

from typing import ClassVar

from app.domain.idempotency import meaning_hash
from app.domain.intents.kind import IntentKind, Situation
from app.domain.postings import PROVIDER, Account


class CommercePayment(IntentKind):
    """Its amount is known when the provider confirms it: the settlement has it, the intent has none."""

    name: ClassVar[str] = "COMMERCE_PAYMENT"
    mints_identity: ClassVar[bool] = False

    def payer(self, user_id: int) -> Account:
        del user_id  # the money is the provider's until it comes to the treasury
        return PROVIDER

    @staticmethod
    def meaning(provider: str, charge: str, wallet: str, referral_code: str | None) -> bytes:
        """The hash that a repeated key is compared by: one key is one charge for ever."""
        return meaning_hash(
            f"a charge of {provider}",
            {"charge": charge, "wallet": wallet, "referralCode": referral_code},
        )

    @staticmethod
    def referrer_of(situation: Situation) -> int | None:
        """Whose upline earns from the payment of a wallet that is not registered: that of the code it came with.

        None for a registered wallet, whose own referrer counts, for a code that nobody has, and for one that would let
        the wallet earn from itself: the payment was made, so the code is passed over instead of refused.
        """
        referrer = situation.referrer
        if situation.registered or referrer is None:
            return None
        own = situation.own_affiliate_id
        return None if own is not None and own in referrer.upline else referrer.id
