// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The Superchain's bridge of tokens that are at one address on all chains
/// @dev Trusted: the messenger on its chain. A token is trusted by those who hold it; a chain that lies can
/// mint what tokens of other chains let it, which are those that their owners put at the same address.
interface ISuperchainTokenBridge {
    event SendERC20(
        address indexed token, address indexed from, address indexed to, uint256 amount, uint256 destination
    );
    event RelayERC20(address indexed token, address indexed from, address indexed to, uint256 amount, uint256 source);

    error ZeroAddress();
    error Unauthorized();
    error InvalidCrossDomainSender();
    error InvalidERC7802();

    /// @notice Burns the caller's tokens here, to be minted on another chain.
    function sendERC20(address token, address to, uint256 amount, uint256 chainId) external returns (bytes32 messageHash);

    /// @notice Mints. Only by the messenger, for this contract of another chain.
    function relayERC20(address token, address from, address to, uint256 amount) external;
}
