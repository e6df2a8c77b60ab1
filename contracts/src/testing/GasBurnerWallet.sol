// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A wallet that burns all gas it is given when asked about a signature
contract GasBurnerWallet {
    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        uint256 burned;
        while (true) {
            unchecked {
                burned += gasleft();
            }
        }
        return bytes4(uint32(burned));
    }
}
