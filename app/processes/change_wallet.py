"""Changes an affiliate's wallet: the document that both wallets sign, and what becomes of the signatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.chain.node_errors import ChainError
from app.chain.wallet_change import (
    WalletChange,
    wallet_change_digest,
    wallet_change_typed_data,
)
from app.chain.wallet_signature import WalletReads, accepted_by_code, signed_by_key
from app.domain.chains import ChainFacts
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.wallet_changes import deadline_of, open_deadlines
from app.services.affiliates.change_wallet import SignedWalletChange, change_wallet
from app.services.affiliates.register_affiliate import AffiliateResult
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.wallet_changes import ChangingAffiliate, read_changing

# Longer than any wallet's we know; it is kept as the proof.
_LONGEST_SIGNATURE = 4096


@dataclass(frozen=True, slots=True)
class WalletDocument:
    """For eth_signTypedData_v4. expires_at: real time."""

    typed_data: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeWallet:
    """new_wallet: checksummed. Signatures over what `WalletChanges.document` gives."""

    affiliate_id: UUID
    new_wallet: str
    old_signature: bytes
    new_signature: bytes


@dataclass(frozen=True)
class WalletChanges:
    """chains and facts: by chain id."""

    database: Database
    bells: Bells
    chains: Mapping[int, WalletReads]
    facts: Mapping[int, ChainFacts]
    clock: Clock

    async def document(
        self, program_id: int, affiliate_id: UUID, new_wallet: str
    ) -> WalletDocument | None:
        """What both wallets sign; None when the program has no such affiliate."""
        affiliate = await self._affiliate(program_id, affiliate_id)
        if affiliate is None:
            return None
        change = self._change(affiliate, new_wallet, deadline_of(self.clock()))
        expires_at = datetime.fromtimestamp(change.deadline, UTC)
        return WalletDocument(wallet_change_typed_data(change), expires_at)

    async def change(self, authority: Authority, command: ChangeWallet) -> AffiliateResult:
        """Checks both signatures, then changes the wallet.

        Refuses INVALID_SIGNATURE, CHAIN_UNAVAILABLE and what the service refuses.
        """
        affiliate = await self._affiliate(authority.program_id, command.affiliate_id)
        if affiliate is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "id")
        if affiliate.wallet != command.new_wallet:
            await self._check(affiliate, command)
        signed = SignedWalletChange(
            public_id=command.affiliate_id,
            n=affiliate.n,
            old_wallet=affiliate.wallet,
            new_wallet=command.new_wallet,
            old_signature=command.old_signature,
            new_signature=command.new_signature,
        )
        use_case = partial(change_wallet, authority=authority, signed=signed, now=self.clock())
        return await execute(self.database, self.bells, authority.program_id, use_case)

    async def _affiliate(self, program_id: int, affiliate_id: UUID) -> ChangingAffiliate | None:
        async with self.database.read(program_id) as session:
            return await read_changing(session, affiliate_id)

    def _change(self, affiliate: ChangingAffiliate, new_wallet: str, deadline: int) -> WalletChange:
        return WalletChange(
            chain_id=affiliate.chain_id,
            gateway=self.facts[affiliate.chain_id].gateway,
            program=affiliate.slug,
            affiliate=affiliate.referral_code,
            old_wallet=affiliate.wallet,
            new_wallet=new_wallet,
            nonce=affiliate.n,
            deadline=deadline,
        )

    async def _check(self, affiliate: ChangingAffiliate, command: ChangeWallet) -> None:
        change = self._change(affiliate, command.new_wallet, 0)
        digests = [
            wallet_change_digest(replace(change, deadline=deadline))
            for deadline in open_deadlines(self.clock())
        ]
        chain = self.chains[affiliate.chain_id]
        for wallet, signature, field in (
            (affiliate.wallet, command.old_signature, "oldSignature"),
            (command.new_wallet, command.new_signature, "newSignature"),
        ):
            if not await _signed(chain, wallet, digests, signature):
                raise Refusal(
                    RefusalCode.INVALID_SIGNATURE,
                    "This is not the wallet's signature over this change, or it has expired: see affiliateWalletChange.",
                    field,
                )


async def _signed(
    chain: WalletReads, wallet: str, digests: Sequence[bytes], signature: bytes
) -> bool:
    """Whoever has a wallet's key speaks for it, whatever code it runs besides (EIP-7702)."""
    if len(signature) > _LONGEST_SIGNATURE:
        return False
    if any(signed_by_key(wallet, digest, signature) for digest in digests):
        return True
    try:
        return await accepted_by_code(chain, wallet, digests, signature)
    except ChainError as problem:
        raise Refusal(
            RefusalCode.CHAIN_UNAVAILABLE, "The chain does not answer; try again."
        ) from problem
