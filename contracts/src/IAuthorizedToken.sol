// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the gateway needs of a token: EIP-3009 with both overloads, as USDC 2.2 has them
interface IAuthorizedToken {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);

    function DOMAIN_SEPARATOR() external view returns (bytes32);

    function isBlacklisted(address account) external view returns (bool);

    function paused() external view returns (bool);
}
