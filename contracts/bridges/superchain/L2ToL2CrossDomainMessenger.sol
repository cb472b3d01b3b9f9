// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICrossL2Inbox, Identifier} from "../../interfaces/bridges/superchain/ICrossL2Inbox.sol";
import {IL2ToL2CrossDomainMessenger} from "../../interfaces/bridges/superchain/IL2ToL2CrossDomainMessenger.sol";
import {IERC7786GatewaySource} from "../../interfaces/l2/IERC7786.sol";
import {IInteropAttributes} from "../../interfaces/l2/IInteropAttributes.sol";
import {InteroperableAddress} from "../../l2/InteroperableAddress.sol";
import {Predeploys} from "../../l2/Predeploys.sol";
import {SuperchainPredeploys} from "./SuperchainPredeploys.sol";

/// @notice See {IL2ToL2CrossDomainMessenger}.
contract L2ToL2CrossDomainMessenger is IL2ToL2CrossDomainMessenger {
    /// @inheritdoc IL2ToL2CrossDomainMessenger
    uint16 public constant messageVersion = 0;
    /// @dev Topics of `SentMessage`, in front of its data.
    uint256 private constant TOPICS_LENGTH = 128;

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    mapping(bytes32 messageHash => bool) public successfulMessages;
    /// @inheritdoc IL2ToL2CrossDomainMessenger
    mapping(uint256 nonce => bytes32 messageHash) public sentMessages;
    uint240 private nextNonce;
    bool private transient entered;
    address private transient currentSender;
    uint256 private transient currentSource;

    modifier onlyEntered() {
        if (!entered) revert NotEntered();
        _;
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function sendMessage(uint256 destination, address target, bytes calldata message) external returns (bytes32 hash) {
        if (destination == block.chainid) revert MessageDestinationSameChain();
        _requireTarget(target);
        uint256 nonce = messageNonce();
        ++nextNonce;
        hash = keccak256(abi.encode(destination, block.chainid, nonce, msg.sender, target, message));
        sentMessages[nonce] = hash;
        _tell(destination, target, nonce, msg.sender, message);
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function resendMessage(
        uint256 destination,
        uint256 nonce,
        address sender,
        address target,
        bytes calldata message
    ) external returns (bytes32 hash) {
        hash = keccak256(abi.encode(destination, block.chainid, nonce, sender, target, message));
        if (sentMessages[nonce] != hash) revert InvalidMessage();
        _tell(destination, target, nonce, sender, message);
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function relayMessage(Identifier calldata id, bytes calldata sentMessage)
        external
        payable
        returns (bytes memory returnData)
    {
        if (entered) revert ReentrantCall();
        if (id.origin != address(this)) revert IdOriginNotL2ToL2CrossDomainMessenger();
        ICrossL2Inbox(SuperchainPredeploys.CROSS_L2_INBOX).validateMessage(id, keccak256(sentMessage));
        (address target, uint256 nonce, address sender, bytes memory message) = _read(sentMessage);
        bytes32 hash = keccak256(abi.encode(block.chainid, id.chainId, nonce, sender, target, message));
        if (successfulMessages[hash]) revert MessageAlreadyRelayed();
        successfulMessages[hash] = true;
        (entered, currentSender, currentSource) = (true, sender, id.chainId);
        bool success;
        (success, returnData) = target.call{value: msg.value}(message);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(returnData, 32), mload(returnData))
            }
        }
        (entered, currentSender, currentSource) = (false, address(0), 0);
        emit RelayedMessage(id.chainId, nonce, hash, keccak256(returnData));
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function crossDomainMessageSender() external view onlyEntered returns (address) {
        return currentSender;
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function crossDomainMessageSource() external view onlyEntered returns (uint256) {
        return currentSource;
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function crossDomainMessageContext() external view onlyEntered returns (address, uint256) {
        return (currentSender, currentSource);
    }

    /// @inheritdoc IL2ToL2CrossDomainMessenger
    function messageNonce() public view returns (uint256) {
        return (uint256(messageVersion) << 240) | nextNonce;
    }

    /// @dev The event, and its hash to the destination's inbox as a proven message.
    function _tell(uint256 destination, address target, uint256 nonce, address sender, bytes calldata message) private {
        bytes memory data = abi.encode(sender, message);
        bytes32 payloadHash = keccak256(
            bytes.concat(abi.encode(SentMessage.selector, destination, target, nonce), data)
        );
        emit SentMessage(destination, target, nonce, sender, message);
        bytes[] memory attributes = new bytes[](1);
        attributes[0] = abi.encodeCall(IInteropAttributes.gasLimit, (SuperchainPredeploys.RECORDING_GAS));
        IERC7786GatewaySource(Predeploys.INTEROP_CENTER).sendMessage(
            InteroperableAddress.encode(destination, SuperchainPredeploys.CROSS_L2_INBOX),
            abi.encode(block.number, block.timestamp, payloadHash),
            attributes
        );
    }

    function _read(bytes calldata sentMessage)
        private
        view
        returns (address target, uint256 nonce, address sender, bytes memory message)
    {
        bool complete = sentMessage.length >= TOPICS_LENGTH;
        if (!complete || bytes32(sentMessage[:32]) != SentMessage.selector) revert EventPayloadNotSentMessage();
        uint256 destination;
        (destination, target, nonce) = abi.decode(sentMessage[32:TOPICS_LENGTH], (uint256, address, uint256));
        if (destination != block.chainid) revert MessageDestinationNotRelayChain();
        _requireTarget(target);
        (sender, message) = abi.decode(sentMessage[TOPICS_LENGTH:], (address, bytes));
    }

    /// @dev A call from this contract to the interop center would count in other chains' inboxes as a message of this contract.
    function _requireTarget(address target) private view {
        if (target == address(this)) revert MessageTargetL2ToL2CrossDomainMessenger();
        if (target == Predeploys.INTEROP_CENTER) revert MessageTargetInteropCenter();
    }
}
