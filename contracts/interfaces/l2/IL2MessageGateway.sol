// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGatewayEnd} from "../IGatewayEnd.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @notice Progress of a message from L1.
enum MessageStatus {
    Unknown,
    Announced,
    Delivered
}

/// @title The end of the gateway on a chain
/// @notice L1 is what the chain settles on: a chain on a chain has its gateway to that one. A message to L1 is delivered there
/// with a proof (IMessageGateway); other chains are the interop center's.
/// @dev Trusted: the end on L1, whose alias announces messages. No other account can.
interface IL2MessageGateway is IGatewayEnd, IRestrictedCallers {
    event MessageAnnounced(bytes32 indexed receiveId);

    error InvalidDestination(uint256 chainId);
    /// @notice The end on L1 has sent no such message, or its operation has not run here yet.
    error MessageNotAnnounced(bytes32 receiveId);

    /// @notice Makes a message known. Only the end on L1.
    function announce(bytes32 receiveId) external;

    /// @notice Calls the recipient of a message from L1. Anyone. A call that reverts changes nothing and can be tried again.
    /// @dev The caller chooses moment, order and gas, as on L1.
    /// @param message As the event MessageWritten of the end on L1 has it.
    function deliver(bytes calldata message) external;

    function statusOf(bytes32 receiveId) external view returns (MessageStatus);
}
