// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Sending side of a message gateway (ERC-7786)
interface IERC7786GatewaySource {
    event MessageSent(
        bytes32 indexed sendId, bytes sender, bytes recipient, bytes payload, uint256 value, bytes[] attributes
    );

    error UnsupportedAttribute(bytes4 selector);

    function supportsAttribute(bytes4 selector) external view returns (bool);

    /// @notice Sends a payload to a contract on another chain (ERC-7930 address).
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId);
}

/// @title Receiving side (ERC-7786)
interface IERC7786Recipient {
    /// @notice Called once for each message. The recipient must check that the caller is its gateway, and the sender.
    /// @return This function's selector; anything else fails the message.
    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4);
}
