"""Who somebody is: what an API key or a wallet may do, in one program and in all.

What each of them may start stands in app/domain/operations.py.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ApiScope(StrEnum):
    """What a key may do; a key has one or more."""

    READ = "READ"
    WRITE_INTENTS = "WRITE_INTENTS"
    MANAGE_AFFILIATES = "MANAGE_AFFILIATES"
    MANAGE_PAYOUTS = "MANAGE_PAYOUTS"
    MANAGE_PROGRAM = "MANAGE_PROGRAM"
    PLATFORM = "PLATFORM"


class Role(StrEnum):
    """What a wallet is in one program: granted, or because it registered there as a user or an affiliate."""

    CLIENT = "CLIENT"
    AFFILIATE = "AFFILIATE"
    ADMIN = "ADMIN"


PLATFORM_PROGRAM_ID = 0


@dataclass(frozen=True, slots=True)
class Authority:
    """A caller acting in one program. program_id 0 is the platform.

    actor: how transitions and audit rows name it, such as "api_key:sge_…" or "wallet:0x…" (checksummed).
    owner: the wallet owns the program's treasury, as the chain was last read.
    affiliate_id, user_id: what the wallet itself is in the program (internal keys).
    """

    program_id: int
    program_public_id: UUID | None
    credential_id: UUID
    actor: str
    scopes: frozenset[ApiScope] = frozenset()
    roles: frozenset[Role] = frozenset()
    wallet: str | None = None
    owner: bool = False
    operator: bool = False
    affiliate_id: int | None = None
    user_id: int | None = None

    @property
    def reads_everything(self) -> bool:
        """Whether everything inside the program may be seen."""
        return ApiScope.READ in self.scopes or Role.ADMIN in self.roles

    @property
    def sees_payouts(self) -> bool:
        """Whether batches may be seen: by those who read everything, and by the owners who are to sign them."""
        return self.reads_everything or self.owner


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated credential: an API key of one program or of the platform, or a wallet's session.

    operator: a wallet that the settings list. authorities: one for each program where it is somebody.
    contract_chain_id: the chain of the contract that signed in, None for a key's signature: a contract speaks for its
    address on that chain only.
    """

    credential_id: UUID
    actor: str
    authorities: tuple[Authority, ...]
    wallet: str | None = None
    operator: bool = False
    contract_chain_id: int | None = None
    _by_program: dict[int, Authority] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        by_program = {one.program_id: one for one in self.authorities}
        object.__setattr__(self, "_by_program", by_program)

    @property
    def platform(self) -> bool:
        """Whether it acts for the platform: sees that all programs exist, and what is public of them."""
        return self.operator or PLATFORM_PROGRAM_ID in self._by_program

    def within(self, program_id: int) -> Authority | None:
        """What it is in a program; None where it is nobody."""
        return self._by_program.get(program_id)

    def visiting(self, program_id: int, public_id: UUID) -> Authority:
        """What it is in a program where it has no standing of its own: the platform, an operator, or just a wallet."""
        platform = self._by_program.get(PLATFORM_PROGRAM_ID)
        return Authority(
            program_id,
            public_id,
            self.credential_id,
            self.actor,
            scopes=platform.scopes if platform else frozenset(),
            wallet=self.wallet,
            operator=self.operator,
        )

    def for_platform(self) -> Authority:
        """Acting for the platform itself: with the rights of its key, or as an operator."""
        key = self._by_program.get(PLATFORM_PROGRAM_ID)
        return key or Authority(
            PLATFORM_PROGRAM_ID,
            None,
            self.credential_id,
            self.actor,
            wallet=self.wallet,
            operator=self.operator,
        )

    def covers(self, earlier: "Caller") -> bool:
        """Whether it may still do everything that it could earlier: more rights keep a socket open, fewer close it."""
        if self.credential_id != earlier.credential_id or earlier.operator > self.operator:
            return False
        return all(_covers(self.within(one.program_id), one) for one in earlier.authorities)


def _covers(now: Authority | None, earlier: Authority) -> bool:
    return (
        now is not None
        and earlier.scopes <= now.scopes
        and earlier.roles <= now.roles
        and earlier.owner <= now.owner
        and earlier.affiliate_id in (None, now.affiliate_id)
        and earlier.user_id in (None, now.user_id)
    )


def caller_of_key(authority: Authority) -> Caller:
    """An API key is somebody in exactly one program, or in the platform's."""
    return Caller(authority.credential_id, authority.actor, (authority,))


def operator_authority(program_id: int) -> Authority:
    """Somebody at the command line of the platform's own machine, acting in a program."""
    return Authority(program_id, None, UUID(int=0), "operator:cli", frozenset(ApiScope))
