// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchProving} from "../interfaces/IBatchProving.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {BatchHash} from "../libraries/BatchHash.sol";
import {StoredBatch} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Accepts proofs of batches' execution from aggregators
abstract contract ExecutionProofs is HyperchainStorage, IExecutionProofs {
    /// @inheritdoc IExecutionProofs
    function acceptProven(StoredBatch calldata batch) external returns (bool) {
        (address aggregator, bool isStopped) = settings.aggregatorOf(chainId, batch.protocolVersion);
        if (msg.sender != aggregator) revert OnlyAggregator(aggregator, msg.sender);
        uint256 number = batch.batchNumber;
        // One chain whose version is stopped must not keep the others of an aggregate from their proofs.
        if (isStopped) return false;
        // A chain that has stopped has no committed batch that is not executed.
        if (number != batchesVerified || number >= batchesCommitted) return false;
        if (BatchHash.ofCalldata(batch) != batchHashes[number]) return false;

        batchesVerified = uint32(number + 1);
        emit IBatchProving.BatchProven(number, batch.commitment, batch.protocolVersion, aggregator);
        emit IBatchProving.BlocksVerification(number, number + 1);
        emit ExecutionProven(number, batch.commitment, aggregator);
        return true;
    }
}
