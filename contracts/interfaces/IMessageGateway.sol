// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGatewayEnd} from "./IGatewayEnd.sol";

/// @title The end of the gateway on L1, or on a chain on which others settle
/// @notice A message to a chain is announced there by an operation of the chain's queue, which is free: it
/// brings the message's name. Any account on the chain then delivers the message (IL2MessageGateway). A
/// message from a chain is delivered here by any account, with a proof, once its batch is executed.
/// @dev Trusted: the factory. If it confirms a message that a chain did not send, recipients here receive it;
/// so a chain whose quorum lies can impersonate all its senders here, as it can take what they have on it.
interface IMessageGateway is IGatewayEnd {
    /// @param message In GatewayMessage's layout: what delivers it on the chain.
    event MessageWritten(bytes32 indexed sendId, uint256 indexed chainId, bytes message);
    event MessageAnnounced(bytes32 indexed sendId, bytes32 indexed operationHash);

    error MessageUnknown(bytes32 sendId);
    /// @notice No executed batch of the chain has this message of its end of the gateway at this place.
    error MessageNotProven(uint256 chainId, uint256 batchNumber, uint256 index);

    /// @notice Announces a message again. Anyone: where the chain had no end of the gateway when it was sent. To announce what
    /// the chain knows changes nothing there.
    /// @return operationHash The operation's hash on the chain.
    function announce(bytes32 sendId) external returns (bytes32 operationHash);

    /// @notice Calls the recipient of a message from a chain. Anyone. A call that reverts changes nothing and can be tried again.
    /// @dev The caller chooses the moment, the order of several messages, the gas above what the message names, and what else its
    /// transaction does around the call.
    /// @param index In the batch's log tree.
    function deliver(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes calldata message,
        bytes32[] calldata proof
    ) external;

    /// @notice The chain that a message was sent to; 0 where none of this name was sent.
    function destinationOf(bytes32 sendId) external view returns (uint256 chainId);
}
