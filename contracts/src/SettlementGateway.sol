// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {GatewayAccess} from "./GatewayAccess.sol";
import {IAuthorizedToken} from "./IAuthorizedToken.sol";
import {RefusalReasons} from "./RefusalReasons.sol";
import {SettlementIds} from "./SettlementIds.sol";
import {SgeIdentity} from "./SgeIdentity.sol";
import {Item, SignedItem, ContractWalletItem, Reason, REGISTRATION, PAYMENT} from "./SettlementItems.sol";

/// @title Settles many intents in one transaction, each on its own
/// @notice A payment is an EIP-3009 ReceiveWithAuthorization to this contract, whose nonce names program, treasury,
/// kind and intent; the money goes on to that treasury in the same call. So an authorisation is worthless anywhere
/// else, and a relayer, also a stolen one, can only do what the wallet signed, once.
/// @dev Each item is a call of this contract to itself with a fixed gas cap, of whose return data nothing is copied:
/// one bad item touches no other. Each ends in one log, and its reason is returned, so that an eth_call simulates a
/// batch item by item.
contract SettlementGateway is GatewayAccess {
    using SafeERC20 for IERC20;

    /// @notice The gas that one item may use. Wallet code runs only under CONTRACT_WALLET_GAS.
    uint256 public constant MINT_GAS = 90_000;
    uint256 public constant PAYMENT_GAS = 140_000;
    uint256 public constant PAYMENT_AND_MINT_GAS = 190_000;
    uint256 public constant CONTRACT_WALLET_GAS = 400_000;
    /// @notice The gas that finding out a refusal's reason may use.
    uint256 public constant EXPLAIN_GAS = 60_000;
    /// @dev What an item needs around its own call: its checks, EXPLAIN_GAS, its log, and the end of the batch.
    uint256 private constant AROUND_ITEM_GAS = 80_000;

    SgeIdentity public immutable identity;

    event Settled(
        bytes32 indexed intentId,
        bytes32 indexed program,
        address treasury,
        address indexed wallet,
        address token,
        uint256 amount,
        bytes32 nonce,
        uint256 tokenId
    );
    event Rejected(bytes32 indexed intentId, Reason reason);

    error BatchGasTooLow(uint256 index);
    error OnlyByItself();

    modifier onlyByItself() {
        if (msg.sender != address(this)) revert OnlyByItself();
        _;
    }

    constructor(address owner, SgeIdentity identity_) GatewayAccess(owner) {
        identity = identity_;
    }

    /// @notice Settles items signed by plain keys, each or not. Reverts as a whole when the gas left cannot cover an
    /// item's cap, so that no item is refused for the batch's lack of gas.
    function settle(SignedItem[] calldata items)
        external
        onlyRelayer
        whenNotPaused
        returns (Reason[] memory reasons)
    {
        reasons = new Reason[](items.length);
        for (uint256 i; i < items.length; ++i) {
            uint256 cap = gasCapOf(items[i].item);
            if (!_canAfford(cap)) revert BatchGasTooLow(i);
            reasons[i] = _settleSigned(items[i], cap);
        }
    }

    /// @notice Settles items of wallets with code, which may burn all gas they get. Stops at the first item that it
    /// cannot afford: that one and those after it are NotAttempted and leave no log.
    function settleContractWallets(ContractWalletItem[] calldata items)
        external
        onlyRelayer
        whenNotPaused
        returns (Reason[] memory reasons)
    {
        reasons = new Reason[](items.length);
        uint256 i;
        for (; i < items.length && _canAfford(CONTRACT_WALLET_GAS); ++i) {
            reasons[i] = _settleContractWallet(items[i]);
        }
        for (; i < items.length; ++i) {
            reasons[i] = Reason.NotAttempted;
        }
    }

    /// @dev Called by this contract only: payment, mint and log happen together or not at all.
    function executeSigned(SignedItem calldata signed) external onlyByItself {
        Item calldata item = signed.item;
        bytes32 nonce;
        if (item.amount != 0) {
            nonce = authorizationNonce(item.program, item.treasury, item.kind, item.keyHash);
            IAuthorizedToken(item.token).receiveWithAuthorization(
                item.wallet,
                address(this),
                item.amount,
                item.validAfter,
                item.validBefore,
                nonce,
                signed.v,
                signed.r,
                signed.s
            );
        }
        _forwardAndMint(item, nonce);
    }

    /// @dev Called by this contract only: as {executeSigned}, with a signature that the wallet's code checks.
    function executeContractWallet(ContractWalletItem calldata signed) external onlyByItself {
        Item calldata item = signed.item;
        bytes32 nonce;
        if (item.amount != 0) {
            nonce = authorizationNonce(item.program, item.treasury, item.kind, item.keyHash);
            IAuthorizedToken(item.token).receiveWithAuthorization(
                item.wallet,
                address(this),
                item.amount,
                item.validAfter,
                item.validBefore,
                nonce,
                signed.signature
            );
        }
        _forwardAndMint(item, nonce);
    }

    /// @notice Why the token or the identity refuses an item signed by a plain key, as of now.
    function explainSigned(SignedItem calldata signed) external view returns (Reason) {
        if (_identityExists(signed.item)) return Reason.IdentityExists;
        return signed.item.amount == 0 ? Reason.Unknown : RefusalReasons.ofSigned(signed);
    }

    /// @notice As {explainSigned}, for a wallet with code, whose signature is not asked again.
    function explainContractWallet(Item calldata item) external view returns (Reason) {
        if (_identityExists(item)) return Reason.IdentityExists;
        return item.amount == 0 ? Reason.Unknown : RefusalReasons.ofContractWallet(item);
    }

    function intentId(bytes32 program, bytes32 keyHash) public pure returns (bytes32) {
        return SettlementIds.intentId(program, keyHash);
    }

    function authorizationNonce(bytes32 program, address treasury, uint8 kind, bytes32 keyHash)
        public
        pure
        returns (bytes32)
    {
        return SettlementIds.authorizationNonce(program, treasury, kind, keyHash);
    }

    /// @notice The gas that an item signed by a plain key may use.
    function gasCapOf(Item calldata item) public pure returns (uint256) {
        if (item.amount == 0) return MINT_GAS;
        return item.kind == REGISTRATION ? PAYMENT_AND_MINT_GAS : PAYMENT_GAS;
    }

    function _settleSigned(SignedItem calldata signed, uint256 cap) private returns (Reason reason) {
        Item calldata item = signed.item;
        reason = _refusalBeforehand(item);
        // EIP-7702 can give a wallet code after its simulation, so only this check counts.
        if (reason == Reason.None && item.amount != 0 && item.wallet.code.length != 0) reason = Reason.ContractWallet;
        if (reason == Reason.None) {
            uint256 gasBefore = gasleft();
            try this.executeSigned{gas: cap}(signed) {
                return Reason.None;
            } catch {
                bool starved = _isSpent(cap, gasBefore);
                try this.explainSigned{gas: EXPLAIN_GAS}(signed) returns (Reason found) {
                    reason = found;
                } catch {
                    reason = Reason.Unknown;
                }
                if (reason == Reason.Unknown && starved) reason = Reason.OutOfGas;
            }
        }
        emit Rejected(intentId(item.program, item.keyHash), reason);
    }

    function _settleContractWallet(ContractWalletItem calldata signed) private returns (Reason reason) {
        Item calldata item = signed.item;
        reason = _refusalBeforehand(item);
        if (reason == Reason.None) {
            uint256 gasBefore = gasleft();
            try this.executeContractWallet{gas: CONTRACT_WALLET_GAS}(signed) {
                return Reason.None;
            } catch {
                bool starved = _isSpent(CONTRACT_WALLET_GAS, gasBefore);
                try this.explainContractWallet{gas: EXPLAIN_GAS}(item) returns (Reason found) {
                    reason = found;
                } catch {
                    reason = Reason.Unknown;
                }
                if (reason == Reason.Unknown) reason = starved ? Reason.OutOfGas : Reason.InvalidSignature;
            }
        }
        emit Rejected(intentId(item.program, item.keyHash), reason);
    }

    function _forwardAndMint(Item calldata item, bytes32 nonce) private {
        if (item.amount != 0) IERC20(item.token).safeTransfer(item.treasury, item.amount);
        uint256 tokenId = item.kind == REGISTRATION ? identity.mint(item.program, item.wallet) : 0;
        emit Settled(
            intentId(item.program, item.keyHash),
            item.program,
            item.treasury,
            item.wallet,
            item.amount == 0 ? address(0) : item.token,
            item.amount,
            nonce,
            tokenId
        );
    }

    /// @dev What can be refused without calling anybody.
    function _refusalBeforehand(Item calldata item) private view returns (Reason) {
        if (item.kind != REGISTRATION && item.kind != PAYMENT) return Reason.InvalidItem;
        if (item.wallet == address(0)) return Reason.InvalidItem;
        if (item.amount == 0) return item.kind == PAYMENT ? Reason.InvalidItem : Reason.None;
        if (item.treasury == address(0) || item.treasury == address(this) || item.treasury == item.wallet) {
            return Reason.InvalidItem;
        }
        if (!isAllowedToken[item.token]) return Reason.TokenNotAllowed;
        if (block.timestamp <= item.validAfter) return Reason.AuthorizationNotYetValid;
        if (block.timestamp >= item.validBefore) return Reason.AuthorizationExpired;
        return Reason.None;
    }

    function _identityExists(Item calldata item) private view returns (bool) {
        return item.kind == REGISTRATION && identity.hasIdentity(item.program, item.wallet);
    }

    /// @dev A call gets at most 63/64 of the gas left (EIP-150).
    function _canAfford(uint256 cap) private view returns (bool) {
        return gasleft() >= (cap * 64) / 63 + AROUND_ITEM_GAS;
    }

    /// @dev Each call keeps a 64th back for its caller, so a starved item leaves a few of them unspent.
    function _isSpent(uint256 cap, uint256 gasBefore) private view returns (bool) {
        return gasBefore - gasleft() >= cap - cap / 16;
    }
}
