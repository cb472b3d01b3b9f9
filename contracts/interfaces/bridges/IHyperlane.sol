// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What this project's contracts call of a Hyperlane mailbox
interface IHyperlaneMailbox {
    /// @notice The id of the message that was dispatched last.
    function latestDispatchedId() external view returns (bytes32);
}

/// @title What a Hyperlane mailbox calls when a message is dispatched
interface IHyperlaneHook {
    /// @notice One of Hyperlane's numbers of kinds.
    function hookType() external view returns (uint8);

    function supportsMetadata(bytes calldata metadata) external view returns (bool);

    /// @notice Fee of `postDispatch`, in this member's coin.
    function quoteDispatch(bytes calldata metadata, bytes calldata message) external view returns (uint256 fee);

    function postDispatch(bytes calldata metadata, bytes calldata message) external payable;
}

/// @title What a Hyperlane mailbox asks before it hands a message to its recipient
interface IHyperlaneSecurityModule {
    /// @notice One of Hyperlane's numbers of kinds.
    function moduleType() external view returns (uint8);

    function verify(bytes calldata metadata, bytes calldata message) external view returns (bool);
}
