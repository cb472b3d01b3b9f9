// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC7786Recipient} from "../../l2/IERC7786.sol";

/// @title The Superchain's bridge of coins
/// @notice There coins are made on arrival. Here a separate message carries them, so that each is backed on
/// L1, and a relay pays out of what came for the same sender, recipient and amount from the same chain.
/// @dev Trusted: the messenger and the interop center on its chain. A chain that lies can have paid only what
/// it has sent.
interface ISuperchainETHBridge is IERC7786Recipient {
    event SendETH(address indexed from, address indexed to, uint256 amount, uint256 destination);
    event RelayETH(address indexed from, address indexed to, uint256 amount, uint256 source);

    error ZeroAddress();
    error Unauthorized();
    error InvalidCrossDomainSender();
    /// @notice The coins of this transfer have not come from its source yet.
    error NotBacked(uint256 source, address from, address to, uint256 amount);
    error NotTheCenter(address expected, address actual);
    error NotTheBridge(address expected, address actual);
    error WrongValue(uint256 expected, uint256 actual);
    error PaymentFailed(address to, uint256 amount);

    /// @notice Sends the coins of the call. Where the destination has other coins, they come back to the caller.
    function sendETH(address to, uint256 chainId) external payable returns (bytes32 messageHash);

    /// @notice Pays. Only by the messenger, for this contract of another chain.
    function relayETH(address from, address to, uint256 amount) external;

    /// @notice Number of equal transfers that have arrived and are not paid.
    function backed(bytes32 transfer) external view returns (uint256);
}
