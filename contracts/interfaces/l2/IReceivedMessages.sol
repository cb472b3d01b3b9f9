// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Functions that take a message of another chain with its proof
interface IReceivedMessages {
    /// @notice The proof does not lead to a root that this chain has imported.
    error InvalidMessageProof();
    /// @notice Another contract than the one that is trusted there sent the message.
    error WrongMessageSender(address expected, address actual);
    /// @notice The message names another chain as its source than its proof does.
    error WrongSourceChain(uint256 expected, uint256 actual);
    /// @notice The message is for another chain.
    error WrongDestination(uint256 expected, uint256 actual);
}
