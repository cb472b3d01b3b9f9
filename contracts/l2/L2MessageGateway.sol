// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGatewayEnd} from "../interfaces/IGatewayEnd.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2MessageGateway, MessageStatus} from "../interfaces/l2/IL2MessageGateway.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {GatewayEnd} from "../libraries/GatewayEnd.sol";
import {GatewayMessage} from "../libraries/GatewayMessage.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IL2MessageGateway}. Not in the genesis state: anyone puts it on a chain, at one address for each end on L1 (CREATE2).
contract L2MessageGateway is IL2MessageGateway, GatewayEnd, RestrictedCallers {
    uint256 private immutable l1ChainId = ISystemContext(Predeploys.SYSTEM_CONTEXT).l1ChainId();

    /// @inheritdoc IL2MessageGateway
    mapping(bytes32 receiveId => MessageStatus) public statusOf;

    /// @param l1Gateway The end on L1 (IMessageGateway).
    constructor(address l1Gateway) GatewayEnd(l1Gateway) {}

    /// @inheritdoc IL2MessageGateway
    function announce(bytes32 receiveId) external onlyFrom(AddressAlias.aliased(counterpart, block.chainid)) {
        // What is known stays delivered, or not.
        if (statusOf[receiveId] != MessageStatus.Unknown) return;
        statusOf[receiveId] = MessageStatus.Announced;
        emit MessageAnnounced(receiveId);
    }

    /// @inheritdoc IL2MessageGateway
    function deliver(bytes calldata message) external {
        _requireForHere(message);
        bytes32 receiveId = GatewayMessage.idOf(l1ChainId, message);
        MessageStatus status = statusOf[receiveId];
        if (status == MessageStatus.Unknown) revert MessageNotAnnounced(receiveId);
        if (status == MessageStatus.Delivered) revert MessageDeliveredBefore(receiveId);
        statusOf[receiveId] = MessageStatus.Delivered;
        _hand(receiveId, l1ChainId, message);
    }

    /// @inheritdoc IGatewayEnd
    function isDelivered(bytes32 receiveId) external view returns (bool) {
        return statusOf[receiveId] == MessageStatus.Delivered;
    }

    /// @inheritdoc GatewayEnd
    function _pass(uint256 chainId, bytes32, bytes memory message) internal override {
        if (chainId != l1ChainId) revert InvalidDestination(chainId);
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(message);
    }
}
