// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @title Minting and burning by bridges (ERC-7802)
interface IERC7802 {
    event CrosschainMint(address indexed to, uint256 amount, address indexed sender);
    event CrosschainBurn(address indexed from, uint256 amount, address indexed sender);

    /// @notice Mints tokens that left another chain. Only the chain's bridge.
    function crosschainMint(address to, uint256 amount) external;

    /// @notice Burns tokens that leave for another chain. Only the chain's bridge.
    function crosschainBurn(address from, uint256 amount) external;
}

/// @title An asset that originates on another chain
/// @notice ERC-20 with permits (ERC-2612) and ERC-7802, at an address that follows from the asset: the same
/// asset has the same token whichever way it came. Balances are the mapping in storage slot 0, which exit
/// proofs read.
/// @dev The native token vault is trusted with the supply: it mints what L1 holds for the chain, and no other
/// caller can.
interface IBridgedToken is IERC7802, IRestrictedCallers {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Described(string name, string symbol, uint8 decimals, uint88 position);

    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    error InsufficientAllowance(address owner, address spender, uint256 allowance, uint256 needed);
    error ZeroAddress();
    error PermitExpired(uint256 deadline, uint256 timestamp);
    error WrongSigner(address signer, address owner);
    error AlreadyInitialized();

    /// @notice Fixes the origin. Only the native token vault, right after it created the token.
    function initialize(uint256 originChainId, address originToken) external;

    /// @notice Sets name, symbol and decimals, unless they are the word of the chain of birth from this place or a later one. Only
    /// the native token vault.
    /// @param position Where the chain of birth says so, as `descriptionPosition`; 0 where a chain does that the asset came through,
    /// whose word is taken while there is no name.
    /// @dev Decimals change too, also where balances exist: they are for display, and no amount depends on them. A contract that
    /// computes with them trusts the token of the chain of birth, as it does for the supply. With another name, permits
    /// that were signed before are void.
    function describe(string calldata name, string calldata symbol, uint8 decimals, uint88 position) external;

    /// @notice ERC-2612.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function nonces(address owner) external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function supportsInterface(bytes4 interfaceId) external view returns (bool);

    /// @notice Origin chain of the asset.
    function originChainId() external view returns (uint256);

    /// @notice Position of the origin chain's message with name, symbol and decimals: (number of the
    /// message's batch + 1) · 2^14 + its place among the batch's logs. 1 if L1 did, with a deposit. 0 while
    /// it is another chain's word, or no chain's.
    function descriptionPosition() external view returns (uint88);

    /// @notice Token on the origin chain; 0 is that chain's native coin.
    function originToken() external view returns (address);
}
