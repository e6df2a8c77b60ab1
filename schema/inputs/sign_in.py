"""Who wants to sign in, and where."""

import strawberry

from schema.scalars import Address, BigInt


@strawberry.input
class LoginInput:
    wallet: Address
    chain_id: BigInt
    uri: str
