// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CcipDelivery, CcipOffRamp, CcipRequest} from "./ICcip.sol";

/// @title CCIP's router, as applications know it
/// @notice Takes messages with their fees and tokens from applications, and calls the receivers of those that arrive. It belongs to no
/// account: what it knows of other members it asks its ramps.
/// @dev Trusted: the ramps, whose word on what has arrived it calls receivers by. Not trusted: senders, receivers, tokens and pools.
interface ICcipRouter {
    event MessageExecuted(bytes32 messageId, uint64 sourceChainSelector, address offRamp, bytes32 calldataHash);

    error UnsupportedDestinationChain(uint64 destChainSelector);
    error InsufficientFeeTokenAmount();
    error InvalidMsgValue();
    error OnlyOffRamp();
    /// @notice All chains are cursed.
    error BadARMSignal();

    /// @notice Sends a message: takes its fee, and its tokens to their pools. More coins than `getFee` asks for are kept. Anyone.
    function ccipSend(uint64 destChainSelector, CcipRequest calldata message) external payable returns (bytes32 messageId);

    /// @notice Calls a receiver with exactly this gas, which the caller sees to, and copies 128 bytes of what it returns at most. The ramps,
    /// of a message from a chain that they know.
    function routeMessage(CcipDelivery calldata message, uint16 gasForCallExactCheck, uint256 gasLimit, address receiver)
        external
        returns (bool success, bytes memory returnData, uint256 gasUsed);

    /// @notice In the fee token that the message names.
    function getFee(uint64 destChainSelector, CcipRequest calldata message) external view returns (uint256 fee);

    function isChainSupported(uint64 chainSelector) external view returns (bool);

    /// @notice 0 for a chain to which nothing is sent.
    function getOnRamp(uint64 destChainSelector) external view returns (address);

    function isOffRamp(uint64 sourceChainSelector, address offRamp) external view returns (bool);

    /// @notice One for each chain from which messages are taken.
    function getOffRamps() external view returns (CcipOffRamp[] memory);

    function getWrappedNative() external view returns (address);

    /// @notice Contract that reports curses.
    function getArmProxy() external view returns (address);

    function typeAndVersion() external pure returns (string memory);
}
