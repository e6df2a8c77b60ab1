// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How an intent is named on chain
library SettlementIds {
    /// @notice The id that the gateway logs for an intent.
    function intentId(bytes32 program, bytes32 keyHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(program, keyHash));
    }

    /// @notice The EIP-3009 nonce that the wallet signs. It names program, treasury, kind and intent, so that no
    /// relayer can choose another one, and the token's own record of used nonces makes a payment happen once.
    function authorizationNonce(bytes32 program, address treasury, uint8 kind, bytes32 keyHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(program, treasury, kind, keyHash));
    }
}
