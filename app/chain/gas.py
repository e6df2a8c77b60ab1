"""How much gas a batch needs, from measured costs; asked before signing, never estimated by a node.

Costs are those before refunds, since a limit must cover them: gas used understates it. The
contracts' tests measure every one of them and fail when a contract outgrows its number.
"""

# One transaction's own limits: EIP-7825, and the calldata that nodes accept.
MAX_TRANSACTION_GAS = 16_777_216
MAX_CALLDATA_BYTES = 128 * 1024
MAX_ITEMS = 200

# The gateway's caps for one item (contracts/src/SettlementGateway.sol).
MINT_GAS_CAP = 90_000
PAYMENT_GAS_CAP = 140_000
PAY_AND_MINT_GAS_CAP = 190_000
CONTRACT_WALLET_GAS_CAP = 400_000
_AROUND_ITEM_GAS = 80_000

# Measured: a payment costs 64.3 k, one refused for lack of funds 67 k, so that no wave of refusals
# starves a batch; a payment with mint 113.6 k; a mint alone 59.1 k.
PAYMENT_GAS = 70_000
PAY_AND_MINT_GAS = 116_000
MINT_GAS = 61_000
# A contract wallet that burns its cap, the search for the reason, and the log.
_CONTRACT_WALLET_GAS = 440_000
# A treasury's first payment fills its balance slot.
_FRESH_TREASURY_GAS = 25_000
# The transaction itself, and what its first item touches cold.
_TRANSACTION_GAS = 21_000 + 30_000


class BatchTooLargeError(ValueError):
    """The batch needs more gas, or holds more items, than one transaction may."""


def batch_gas_limit(payments: int, mints: int, pay_and_mints: int, *, treasuries: int = 1) -> int:
    """Return the gas limit of a `settle` of that many items, paying into that many treasuries.

    `mints` are registrations without a fee, `pay_and_mints` those with one. BatchTooLargeError when
    no transaction can carry them.
    """
    if payments + mints + pay_and_mints > MAX_ITEMS:
        raise BatchTooLargeError(f"a transaction carries at most {MAX_ITEMS} items")
    return _within_one_transaction(
        _TRANSACTION_GAS
        + payments * PAYMENT_GAS
        + mints * MINT_GAS
        + pay_and_mints * PAY_AND_MINT_GAS
        + treasuries * _FRESH_TREASURY_GAS
        + _reserve(PAY_AND_MINT_GAS_CAP)
    )


def contract_wallets_gas_limit(wallets: int) -> int:
    """Return the gas limit of a `settleContractWallets` in which every wallet burns its cap."""
    return _within_one_transaction(
        _TRANSACTION_GAS
        + wallets * (_CONTRACT_WALLET_GAS + _FRESH_TREASURY_GAS)
        + _reserve(CONTRACT_WALLET_GAS_CAP)
    )


def _reserve(cap: int) -> int:
    """Return what the gateway wants to see left before an item (EIP-150 keeps a 64th back)."""
    return cap * 64 // 63 + _AROUND_ITEM_GAS


def _within_one_transaction(gas: int) -> int:
    if gas > MAX_TRANSACTION_GAS:
        raise BatchTooLargeError(f"{gas} gas is more than one transaction's {MAX_TRANSACTION_GAS}")
    return gas
