"""What a process is told about each chain, as JSON in SGE_CHAINS."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]

_GWEI = 10**9


def is_http_address(url: str) -> bool:
    """Whether a node could be asked there."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class TokenSettings(BaseModel):
    """A token that programs can be paid in; name and version are those of its EIP-712 domain.

    small_inflow: what nothing explains and is no more than this, in smallest units, is reported once a day; None: a
    hundredth of the token's unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,10}$")]
    address: Address
    decimals: int = Field(ge=0, le=36)
    name: str
    version: str
    small_inflow: int | None = Field(default=None, ge=0)

    @property
    def reported_apart_above(self) -> int:
        """In smallest units."""
        if self.small_inflow is not None:
            return self.small_inflow
        return int(10 ** max(self.decimals - 2, 0))


class ChainSettings(BaseModel):
    """One EVM chain.

    `confirmations` counts blocks until a block is final; without it the node's `finalized` tag
    decides. `gateway` and `identity` stay empty until `sge contracts deploy` has made them; it
    deploys a `multisend` too, on chains without Safe's own MultiSendCallOnly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    chain_id: int = Field(gt=0)
    name: str
    # A provider's address carries its API key.
    rpc_urls: tuple[SecretStr, ...] = Field(min_length=1)
    tokens: tuple[TokenSettings, ...] = Field(min_length=1)
    confirmations: int | None = Field(default=None, ge=1, le=256)
    gateway: Address | None = None
    identity: Address | None = None
    multisend: Address | None = None
    max_fee_wei: int = Field(default=200 * _GWEI, gt=0)
    explorer_url: str | None = None
    production: bool = False

    @property
    def small_inflows(self) -> dict[str, int]:
        """By currency, up to which sum unexplained money of a transaction is reported with others of its day."""
        return {token.code: token.reported_apart_above for token in self.tokens}

    @field_validator("rpc_urls")
    @classmethod
    def _are_addresses(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, url in enumerate(urls):
            if not is_http_address(url.get_secret_value()):
                raise ValueError(f"[{number}] is not an http:// or https:// address")
        return urls

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [token.code for token in self.tokens]
        if len(set(codes)) != len(codes):
            raise ValueError(f"chain {self.chain_id} names a token code twice")
        return self
