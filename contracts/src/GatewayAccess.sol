// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title Who may use the gateway, with which tokens, and whether at all
abstract contract GatewayAccess is Ownable2Step, Pausable {
    mapping(address relayer => bool) public isRelayer;
    mapping(address token => bool) public isAllowedToken;

    event RelayerChanged(address indexed relayer, bool allowed);
    event TokenChanged(address indexed token, bool allowed);

    error NotARelayer(address caller);
    error TokenNotSeeded(address token);

    modifier onlyRelayer() {
        if (!isRelayer[msg.sender]) revert NotARelayer(msg.sender);
        _;
    }

    constructor(address owner) Ownable(owner) {}

    function setRelayer(address relayer, bool allowed) external onlyOwner {
        isRelayer[relayer] = allowed;
        emit RelayerChanged(relayer, allowed);
    }

    /// @notice Allows a token of which the gateway already holds at least one unit.
    /// @dev The gateway never spends that unit: a balance slot that does not return to zero saves tens of thousands
    /// of gas an item before refunds.
    function allowToken(address token) external onlyOwner {
        if (IERC20(token).balanceOf(address(this)) == 0) revert TokenNotSeeded(token);
        isAllowedToken[token] = true;
        emit TokenChanged(token, true);
    }

    function forbidToken(address token) external onlyOwner {
        isAllowedToken[token] = false;
        emit TokenChanged(token, false);
    }

    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }
}
