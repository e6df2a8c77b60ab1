// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What one intent asks of the chain. The relayer passes these facts; those that decide about money (program,
/// treasury, kind, keyHash, wallet, amount, window) are bound by the wallet's signature, see
/// {SettlementIds-authorizationNonce}.
struct Item {
    bytes32 program; // the program's 16-byte id, then 16 zero bytes
    address treasury; // where the money goes
    uint8 kind; // REGISTRATION or PAYMENT
    bytes32 keyHash; // keccak256 of the stored idempotency key
    address wallet; // who pays, and who gets the identity
    address token; // ignored when amount is 0
    uint256 amount; // 0 only for a registration without fee
    uint256 validAfter; // the authorisation's window, both ends exclusive
    uint256 validBefore;
}

/// @dev An item signed by a plain key.
struct SignedItem {
    Item item;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @dev An item whose wallet has code: its signature is whatever the wallet's ERC-1271 check accepts.
struct ContractWalletItem {
    Item item;
    bytes signature;
}

/// @dev REGISTRATION mints the identity and may carry a fee; PAYMENT moves money only.
uint8 constant REGISTRATION = 1;
uint8 constant PAYMENT = 2;

/// @dev Why an item did not happen. The numbers are part of the log format: only ever add at the end.
enum Reason {
    None, // 0: it happened
    NotAttempted, // 1: the call ended before this item, no log; send it again
    InvalidItem, // 2: unknown kind, zero wallet, payment of nothing, or a treasury that cannot be paid
    TokenNotAllowed, // 3
    AuthorizationNotYetValid, // 4
    AuthorizationExpired, // 5
    ContractWallet, // 6: the wallet has code; send it again by settleContractWallets
    IdentityExists, // 7: the wallet has its identity in this program already
    AuthorizationUsed, // 8: used or cancelled
    InvalidSignature, // 9: also what a changed treasury, kind, key, amount or window looks like
    InsufficientFunds, // 10
    Blacklisted, // 11: the token refuses the wallet or the treasury
    TokenPaused, // 12
    OutOfGas, // 13: the wallet's code used up the item's gas
    Unknown // 14
}
