// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGatewayEnd} from "../interfaces/IGatewayEnd.sol";
import {IERC7786GatewaySource, IERC7786Recipient} from "../interfaces/l2/IERC7786.sol";
import {IInteropAttributes} from "../interfaces/l2/IInteropAttributes.sol";
import {InteropAttributes} from "../l2/InteropAttributes.sol";
import {InteroperableAddress} from "../l2/InteroperableAddress.sol";
import {GatewayMessage} from "./GatewayMessage.sol";

/// @notice Common part of both ends: see {IGatewayEnd}.
abstract contract GatewayEnd is IGatewayEnd {
    /// @dev Gas on top of the call's: twice 2,600 for an account that delegates (EIP-7702), and for the code between check and call.
    uint256 private constant MARGIN = 6_000;

    /// @inheritdoc IGatewayEnd
    address public immutable counterpart;
    uint128 private nextNonce;

    constructor(address counterpart_) {
        counterpart = counterpart_;
    }

    /// @inheritdoc IERC7786GatewaySource
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId)
    {
        if (msg.value != 0) revert UnsupportedNativeTransfer();
        (uint256 chainId, bytes memory message) = _write(recipient, payload, attributes);
        sendId = GatewayMessage.idOf(block.chainid, message);
        bytes memory sender = InteroperableAddress.encode(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, 0, attributes);
        _pass(chainId, sendId, message);
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4 selector) public pure returns (bool) {
        return selector == IInteropAttributes.gasLimit.selector;
    }

    /// @dev Sends a message to the other end. Reverts for a chain that the other end is not on.
    function _pass(uint256 chainId, bytes32 sendId, bytes memory message) internal virtual;

    function _requireForHere(bytes calldata message) internal view {
        uint256 least = GatewayMessage.PAYLOAD_AT;
        if (message.length < least) revert MessageTooShort(least, message.length);
        bytes32 expected = GatewayMessage.header(block.chainid, address(this));
        if (bytes32(message) != expected) revert NotAMessageHere(expected, bytes32(message));
    }

    /// @dev To be called after the message is marked: the recipient may call anything.
    function _hand(bytes32 receiveId, uint256 sourceChainId, bytes calldata message) internal {
        address recipient = address(bytes20(message[76:]));
        bytes memory sender = InteroperableAddress.encode(sourceChainId, address(bytes20(message[56:])));
        emit MessageDelivered(receiveId, recipient);
        bytes calldata payload = message[GatewayMessage.PAYLOAD_AT:];
        bytes memory data = abi.encodeCall(IERC7786Recipient.receiveMessage, (receiveId, sender, payload));
        (bool success, bytes memory result) = _call(recipient, uint64(bytes8(message[48:])), data);
        if (!success) revert RecipientFailed(result);
        bytes4 answer = bytes4(result);
        bool isAnswer = result.length >= 32 && answer == IERC7786Recipient.receiveMessage.selector;
        if (!isAnswer) revert NotAcknowledged(recipient, answer);
    }

    /// @dev Gives all gas that is left, which is at least `gas`: a recipient that does less with little gas, and succeeds, does not
    /// get less than its sender wants.
    function _call(address recipient, uint256 gas, bytes memory data) private returns (bool success, bytes memory result) {
        // A call passes on at most 63/64 of the gas that is left.
        uint256 required = gas + gas / 63 + MARGIN;
        if (gasleft() < required) revert NotEnoughGas(required, gasleft());
        // Solidity's own call could copy the data between the check and the call, for gas that grows with it.
        assembly ("memory-safe") {
            success := call(gas(), recipient, 0, add(data, 0x20), mload(data), 0, 0)
            result := mload(0x40)
            mstore(0x40, add(result, and(add(returndatasize(), 0x3f), not(0x1f))))
            mstore(result, returndatasize())
            returndatacopy(add(result, 0x20), 0, returndatasize())
        }
    }

    function _write(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        private
        returns (uint256 chainId, bytes memory message)
    {
        address to;
        (chainId, to) = InteroperableAddress.parse(recipient);
        if (to == address(0)) revert InvalidRecipient(recipient);
        bytes32 head = GatewayMessage.header(chainId, counterpart);
        message = abi.encodePacked(head, nextNonce++, _gasIn(attributes), msg.sender, to, payload);
    }

    function _gasIn(bytes[] calldata attributes) private pure returns (uint64) {
        uint256 gas = InteropAttributes.DEFAULT_GAS;
        for (uint256 i = 0; i < attributes.length; ++i) {
            bytes4 selector = InteropAttributes.selectorOf(attributes[i]);
            if (!supportsAttribute(selector)) revert UnsupportedAttribute(selector);
            gas = abi.decode(attributes[i][4:], (uint256));
        }
        if (gas > InteropAttributes.MAX_GAS) revert GasLimitTooHigh(InteropAttributes.MAX_GAS, gas);
        return uint64(gas);
    }
}
