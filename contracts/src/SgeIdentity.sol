// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title One identity for each (program, wallet)
/// @notice An ERC-721 that nobody can transfer, approve or burn (ERC-5192). Only the gateway mints.
/// @dev The token id is derived from program and wallet, so uniqueness is the token's own, without a counter or a
/// second mapping, and anybody can compute it.
contract SgeIdentity is ERC721, Ownable2Step {
    /// @notice The only address that may mint.
    address public gateway;

    event GatewayChanged(address indexed gateway);
    /// @notice ERC-5192: this token is bound to its wallet.
    event Locked(uint256 tokenId);

    error NotTheGateway(address caller);
    error IdentityExists(bytes32 program, address wallet);
    error BoundToItsWallet();

    bytes4 private constant ERC5192_INTERFACE = 0xb45a3c0e;

    constructor(address owner) ERC721("SGE Identity", "SGEID") Ownable(owner) {}

    /// @notice Names the contract that mints from now on.
    function setGateway(address newGateway) external onlyOwner {
        gateway = newGateway;
        emit GatewayChanged(newGateway);
    }

    /// @notice Mints the identity of `wallet` in `program`, without calling the wallet.
    /// @return tokenId The identity's id, see {tokenIdOf}.
    function mint(bytes32 program, address wallet) external returns (uint256 tokenId) {
        if (msg.sender != gateway) revert NotTheGateway(msg.sender);
        tokenId = tokenIdOf(program, wallet);
        if (_ownerOf(tokenId) != address(0)) revert IdentityExists(program, wallet);
        _mint(wallet, tokenId);
        emit Locked(tokenId);
    }

    /// @notice Whether `wallet` has its identity in `program`.
    function hasIdentity(bytes32 program, address wallet) external view returns (bool) {
        return _ownerOf(tokenIdOf(program, wallet)) != address(0);
    }

    /// @notice ERC-5192: every existing token is locked for ever.
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @notice The id of the identity of `wallet` in `program`, minted or not.
    function tokenIdOf(bytes32 program, address wallet) public pure returns (uint256) {
        return uint256(keccak256(abi.encode(program, wallet)));
    }

    function approve(address, uint256) public pure override {
        revert BoundToItsWallet();
    }

    function setApprovalForAll(address, bool) public pure override {
        revert BoundToItsWallet();
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == ERC5192_INTERFACE || super.supportsInterface(interfaceId);
    }

    /// @dev A token that has an owner keeps it.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        if (from != address(0)) revert BoundToItsWallet();
    }
}
