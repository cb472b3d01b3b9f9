// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {LogProof} from "../libraries/LogProof.sol";
import {L2Log, L2Message} from "../types/L2Transactions.sol";
import {ChainLookup} from "./ChainLookup.sol";

/// @title Proofs of what executed batches said
abstract contract MessageProofs is ChainLookup {
    /// @inheritdoc IChainFactory
    function proveL2MessageInclusion(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 leaf = L2LogTree.messageLeaf(message.sender, keccak256(message.data));
        return _isIncluded(chainId, batchNumber, index, leaf, proof);
    }

    /// @inheritdoc IChainFactory
    function proveL2LogInclusion(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Log calldata log,
        bytes32[] calldata proof
    ) external view returns (bool) {
        // The transaction's number is ignored: clients send different ones, and the leaf holds 0.
        bytes32 leaf = keccak256(
            abi.encodePacked(log.l2ShardId, log.isService, uint16(0), log.sender, log.key, log.value)
        );
        return _isIncluded(chainId, batchNumber, index, leaf, proof);
    }

    /// @inheritdoc IChainFactory
    function proveL1ToL2TransactionStatus(
        uint256 chainId,
        bytes32 l2TxHash,
        uint256 l2BatchNumber,
        uint256 l2MessageIndex,
        uint16,
        bytes32[] calldata merkleProof,
        uint8 status
    ) external view returns (bool) {
        if (status > 1) return false;
        bytes32 leaf = L2LogTree.priorityOpLeaf(l2TxHash, status == 1);
        return _isIncluded(chainId, l2BatchNumber, l2MessageIndex, leaf, merkleProof);
    }

    function _isIncluded(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) private view returns (bool) {
        bytes32 root = _chain(chainId).l2LogsRootHash(batchNumber);
        // The leaf of places that no log took is in nearly every tree, and says nothing.
        if (leaf == L2LogTree.EMPTY_LEAF) return false;
        return root != 0 && LogProof.computeRoot(leaf, index, proof) == root;
    }
}
