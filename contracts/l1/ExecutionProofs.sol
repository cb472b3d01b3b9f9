// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchProving} from "../interfaces/IBatchProving.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {StoredBatch} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Remembers which batches' execution is proven
abstract contract ExecutionProofs is HyperchainStorage, IExecutionProofs {
    /// @inheritdoc IExecutionProofs
    function acceptProven(StoredBatch calldata batch) external returns (bool) {
        (address aggregator, bool isStopped) = settings.aggregatorOf(chainId, batch.protocolVersion);
        if (msg.sender != aggregator) revert OnlyAggregator(aggregator, msg.sender);
        (uint256 number, uint256 verified) = (batch.batchNumber, batchesVerified);
        // One chain whose version is stopped must not keep the others of an aggregate from their proofs.
        if (isStopped) return false;
        // A chain that has stopped has no committed batch that is not executed.
        if (number < batchesExecuted || number > verified || number >= batchesCommitted) return false;
        if (keccak256(abi.encode(batch)) != batchHashes[number] || _isExecutionProven(number)) return false;

        provenBits[number >> 8] |= 1 << (number & 0xff);
        if (number == verified) {
            batchesVerified = uint32(number + 1);
            emit IBatchProving.BatchProven(number, batch.commitment, batch.protocolVersion, aggregator);
            emit IBatchProving.BlocksVerification(number, number + 1);
        }
        emit ExecutionProven(number, batch.commitment, aggregator);
        return true;
    }

    /// @dev Of a batch that is verified and was not reverted.
    function _isExecutionProven(uint256 number) internal view returns (bool) {
        return (provenBits[number >> 8] >> (number & 0xff)) & 1 == 1;
    }

    /// @dev Forgets all batches from the first up to those that are not verified: other batches will have their numbers.
    function _forgetProofs(uint256 first, uint256 end) internal {
        if (first >= end) return;
        provenBits[first >> 8] &= (1 << (first & 0xff)) - 1;
        uint256 last = (end - 1) >> 8;
        for (uint256 word = (first >> 8) + 1; word <= last; ++word) delete provenBits[word];
    }
}
