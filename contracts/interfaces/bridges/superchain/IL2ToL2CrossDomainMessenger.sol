// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Identifier} from "./ICrossL2Inbox.sol";

/// @title The Superchain's messenger between chains
/// @notice Each message that it tells goes to the inbox of the destination as a proven message too. Anyone
/// relays, once the inbox knows it; a target that reverts undoes the relay, which can be repeated.
/// @dev Trusted: the inbox on its chain. Not trusted: relayers, targets and what other accounts than the
/// messenger tell.
interface IL2ToL2CrossDomainMessenger {
    event SentMessage(
        uint256 indexed destination, address indexed target, uint256 indexed messageNonce, address sender, bytes message
    );
    event RelayedMessage(
        uint256 indexed source, uint256 indexed messageNonce, bytes32 indexed messageHash, bytes32 returnDataHash
    );

    error NotEntered();
    error ReentrantCall();
    error IdOriginNotL2ToL2CrossDomainMessenger();
    error EventPayloadNotSentMessage();
    error MessageDestinationSameChain();
    error MessageDestinationNotRelayChain();
    error MessageTargetL2ToL2CrossDomainMessenger();
    /// @notice A call of the interop center by the messenger would speak in its name to every other chain.
    error MessageTargetInteropCenter();
    error MessageAlreadyRelayed();
    error InvalidMessage();

    /// @notice Anyone may send. Reverts for this chain, and for the messenger or the interop center as the target.
    /// @return messageHash What names the message on both chains.
    function sendMessage(uint256 destination, address target, bytes calldata message) external returns (bytes32 messageHash);

    /// @notice Tells a message again that was sent before, and passes it on again.
    function resendMessage(
        uint256 destination,
        uint256 nonce,
        address sender,
        address target,
        bytes calldata message
    ) external returns (bytes32 messageHash);

    /// @notice Calls the target of a message, once. Anyone may relay; the transaction's access list names the message.
    /// @param sentMessage Topics and data of `SentMessage`.
    function relayMessage(Identifier calldata id, bytes calldata sentMessage)
        external
        payable
        returns (bytes memory returnData);

    function messageVersion() external view returns (uint16);

    function messageNonce() external view returns (uint256);

    function successfulMessages(bytes32 messageHash) external view returns (bool);

    function sentMessages(uint256 nonce) external view returns (bytes32 messageHash);

    /// @notice Sender of the message that is being relayed. Reverts with NotEntered outside.
    function crossDomainMessageSender() external view returns (address sender);

    function crossDomainMessageSource() external view returns (uint256 source);

    function crossDomainMessageContext() external view returns (address sender, uint256 source);
}
