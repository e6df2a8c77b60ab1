"""Who may do what: API keys have scopes (roles of wallets join them later, in the same table)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ApiScope(StrEnum):
    READ = "READ"
    WRITE_INTENTS = "WRITE_INTENTS"
    MANAGE_AFFILIATES = "MANAGE_AFFILIATES"
    MANAGE_PAYOUTS = "MANAGE_PAYOUTS"
    MANAGE_PROGRAM = "MANAGE_PROGRAM"
    PLATFORM = "PLATFORM"


PLATFORM_PROGRAM_ID = 0


@dataclass(frozen=True, slots=True)
class Authority:
    """An authenticated credential. program_id 0 is the platform.

    actor: how transitions and audit rows name it, such as "api_key:key_01h…".
    """

    program_id: int
    program_public_id: UUID | None
    key_id: UUID
    actor: str
    scopes: frozenset[ApiScope]

    @property
    def platform(self) -> bool:
        return ApiScope.PLATFORM in self.scopes

    def may(self, scope: ApiScope, program_id: int) -> bool:
        """Whether this credential has the scope in that program."""
        return self.program_id == program_id and scope in self.scopes
