"""Amounts."""

import strawberry

from schema.scalars import Address, BigInt, DecimalText


@strawberry.type
class Money:
    amount: DecimalText = strawberry.field(description="Exact major units.")
    currency: str
    minor: BigInt = strawberry.field(description="The same amount in the currency's smallest unit.")


@strawberry.type
class Currency:
    code: str
    decimals: int
    token: Address
    chain_id: BigInt
    eip712_name: str = strawberry.field(name="eip712Name")
    eip712_version: str = strawberry.field(name="eip712Version")
