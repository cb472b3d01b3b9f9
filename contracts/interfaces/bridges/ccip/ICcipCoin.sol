// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Coins as an ERC-20 token
/// @notice A member's coins, one for one, wrapped by any account and unwrapped by their holder. It has no owner.
interface ICcipCoin {
    /// @notice ERC-20: tokens have moved.
    event Transfer(address indexed from, address indexed to, uint256 amount);
    /// @notice ERC-20: an allowance was set.
    event Approval(address indexed owner, address indexed spender, uint256 amount);
    event Deposit(address indexed holder, uint256 amount);
    event Withdrawal(address indexed holder, uint256 amount);

    error BalanceTooSmall(address holder, uint256 balance, uint256 amount);
    error AllowanceTooSmall(address spender, uint256 allowance, uint256 amount);

    /// @notice Anyone.
    function deposit() external payable;

    /// @notice Pays the caller's out.
    function withdraw(uint256 amount) external;

    function transfer(address to, uint256 amount) external returns (bool);

    function transferFrom(address from, address to, uint256 amount) external returns (bool);

    /// @notice ERC-677: moves tokens and calls `onTokenTransfer(address,uint256,bytes)` of a contract that gets them.
    function transferAndCall(address to, uint256 amount, bytes calldata data) external returns (bool);

    function approve(address spender, uint256 amount) external returns (bool);
}
