"""Which code a Safe may delegate to: it runs with the Safe's own storage and money, so nothing else will do."""

from eth_hash.auto import keccak

# Of MultiSendCallOnly 1.3.0 and 1.4.1, source: safe-global/safe-deployments.
_CODE_HASHES = frozenset(
    bytes.fromhex(code_hash)
    for code_hash in (
        "a9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad",
        "ecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939",
    )
)


def is_multi_send(code: bytes) -> bool:
    """Whether this is Safe's MultiSendCallOnly, which makes plain calls only."""
    return keccak(code) in _CODE_HASHES
