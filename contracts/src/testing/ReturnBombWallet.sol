// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A wallet that refuses with as much return data as its gas buys
contract ReturnBombWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly {
            revert(0, 200000)
        }
    }
}
