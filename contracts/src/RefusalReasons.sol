// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IAuthorizedToken} from "./IAuthorizedToken.sol";
import {Item, SignedItem, Reason} from "./SettlementItems.sol";
import {SettlementIds} from "./SettlementIds.sol";

/// @title Why a token refused an authorisation
/// @dev Tokens say it in strings of their own, so the gateway asks the token's state instead of reading its words.
/// Only trusted code is called here: allow-listed tokens, never the wallet.
library RefusalReasons {
    bytes32 private constant RECEIVE_WITH_AUTHORIZATION_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    /// @notice Why the token refused an item signed by a plain key; Unknown when nothing explains it.
    function ofSigned(SignedItem calldata signed) internal view returns (Reason) {
        Item calldata item = signed.item;
        bytes32 nonce = _nonceOf(item);
        if (IAuthorizedToken(item.token).authorizationState(item.wallet, nonce)) return Reason.AuthorizationUsed;
        (address signer,,) = ECDSA.tryRecover(_digestOf(item, nonce), signed.v, signed.r, signed.s);
        if (signer != item.wallet) return Reason.InvalidSignature;
        return _ofState(item);
    }

    /// @notice Why the token refused an item of a contract wallet; Unknown when only its signature can be the cause.
    function ofContractWallet(Item calldata item) internal view returns (Reason) {
        if (IAuthorizedToken(item.token).authorizationState(item.wallet, _nonceOf(item))) {
            return Reason.AuthorizationUsed;
        }
        return _ofState(item);
    }

    function _ofState(Item calldata item) private view returns (Reason) {
        if (IERC20(item.token).balanceOf(item.wallet) < item.amount) return Reason.InsufficientFunds;
        if (_isBlacklisted(item.token, item.wallet)) return Reason.Blacklisted;
        if (_isBlacklisted(item.token, item.treasury)) return Reason.Blacklisted;
        if (_answersTrue(item.token, abi.encodeCall(IAuthorizedToken.paused, ()))) return Reason.TokenPaused;
        return Reason.Unknown;
    }

    function _isBlacklisted(address token, address account) private view returns (bool) {
        return _answersTrue(token, abi.encodeCall(IAuthorizedToken.isBlacklisted, (account)));
    }

    /// @dev Not every token has a blacklist or a pause: no such function means no.
    function _answersTrue(address token, bytes memory question) private view returns (bool) {
        (bool success, bytes memory answer) = token.staticcall(question);
        return success && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }

    function _nonceOf(Item calldata item) private pure returns (bytes32) {
        return SettlementIds.authorizationNonce(item.program, item.treasury, item.kind, item.keyHash);
    }

    function _digestOf(Item calldata item, bytes32 nonce) private view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                RECEIVE_WITH_AUTHORIZATION_TYPEHASH,
                item.wallet,
                address(this),
                item.amount,
                item.validAfter,
                item.validBefore,
                nonce
            )
        );
        return MessageHashUtils.toTypedDataHash(IAuthorizedToken(item.token).DOMAIN_SEPARATOR(), structHash);
    }
}
