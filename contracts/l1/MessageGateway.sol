// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IGatewayEnd} from "../interfaces/IGatewayEnd.sol";
import {IMessageGateway} from "../interfaces/IMessageGateway.sol";
import {IL2MessageGateway} from "../interfaces/l2/IL2MessageGateway.sol";
import {L2MessageGateway} from "../l2/L2MessageGateway.sol";
import {CreatedAddress} from "../libraries/CreatedAddress.sol";
import {GatewayEnd} from "../libraries/GatewayEnd.sol";
import {GatewayMessage} from "../libraries/GatewayMessage.sol";
import {L2Message, L2TransactionRequestDirect} from "../types/L2Transactions.sol";

/// @notice See {IMessageGateway}. Not one of the ecosystem's contracts: anyone puts it at one address for
/// each factory (CREATE2).
contract MessageGateway is IMessageGateway, GatewayEnd {
    /// @dev An announcement takes 46,000. Up to 100,000 are free (IPriorityQueue.MAX_FREE_GAS).
    uint256 private constant ANNOUNCEMENT_GAS = 80_000;
    /// @dev In ZK Stack's shape; the price per byte is in the gas already.
    uint256 private constant GAS_PER_PUBDATA_BYTE = 800;

    IChainFactory private immutable factory;

    /// @inheritdoc IMessageGateway
    mapping(bytes32 sendId => uint256 chainId) public destinationOf;
    /// @inheritdoc IGatewayEnd
    mapping(bytes32 receiveId => bool) public isDelivered;

    /// @param factory_ Of the ecosystem whose chains have the other ends.
    constructor(IChainFactory factory_)
        GatewayEnd(
            CreatedAddress.byDeployer(
                keccak256(bytes.concat(type(L2MessageGateway).creationCode, abi.encode(address(this))))
            )
        )
    {
        factory = factory_;
    }

    /// @inheritdoc IMessageGateway
    function announce(bytes32 sendId) external returns (bytes32 operationHash) {
        uint256 chainId = destinationOf[sendId];
        if (chainId == 0) revert MessageUnknown(sendId);
        return _announce(chainId, sendId);
    }

    /// @inheritdoc IMessageGateway
    function deliver(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes calldata message,
        bytes32[] calldata proof
    ) external {
        _requireForHere(message);
        bytes32 receiveId = GatewayMessage.idOf(chainId, message);
        if (isDelivered[receiveId]) revert MessageDeliveredBefore(receiveId);
        L2Message memory sent = L2Message({txNumberInBatch: 0, sender: counterpart, data: message});
        if (!factory.proveL2MessageInclusion(chainId, batchNumber, index, sent, proof)) {
            revert MessageNotProven(chainId, batchNumber, index);
        }
        isDelivered[receiveId] = true;
        _hand(receiveId, chainId, message);
    }

    /// @inheritdoc GatewayEnd
    function _pass(uint256 chainId, bytes32 sendId, bytes memory message) internal override {
        destinationOf[sendId] = chainId;
        emit MessageWritten(sendId, chainId, message);
        _announce(chainId, sendId);
    }

    /// @dev The factory refuses a chain that is not its own, and the chain's queue one that has stopped.
    function _announce(uint256 chainId, bytes32 sendId) private returns (bytes32 operationHash) {
        L2TransactionRequestDirect memory request;
        request.chainId = chainId;
        request.l2Contract = counterpart;
        request.l2Calldata = abi.encodeCall(IL2MessageGateway.announce, (sendId));
        request.l2GasLimit = ANNOUNCEMENT_GAS;
        request.l2GasPerPubdataByteLimit = GAS_PER_PUBDATA_BYTE;
        operationHash = factory.requestL2TransactionDirect(request);
        emit MessageAnnounced(sendId, operationHash);
    }
}
