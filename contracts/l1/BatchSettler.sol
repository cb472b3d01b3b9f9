// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {AggregatedBatch, IProofAggregator} from "../interfaces/IProofAggregator.sol";
import {BatchHash} from "../libraries/BatchHash.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {BatchExecution, CommitBatch, ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {BatchCommitter} from "./BatchCommitter.sol";

/// @title Takes batches of chains without a quorum through all stages at once
abstract contract BatchSettler is BatchCommitter {
    /// @inheritdoc IBatchCommits
    function settle(
        StoredBatch calldata previous,
        CommitBatch calldata batch,
        bytes32 digest,
        bytes calldata proof,
        ImportedRoot[] calldata imports,
        AssetFlow[] calldata flows
    ) external whileRunning {
        settings.requireNoQuorum(chainId, batch.batchNumber, batch.priorityOpCount, batch.coinbase);
        // The commitment, and with it the proof, binds the policy's data: a copied call carries a proof of another settler's batch.
        if (keccak256(batch.policyData) != keccak256(abi.encode(msg.sender))) {
            revert SettlerMismatch(msg.sender, batch.policyData);
        }
        if (!_isFromAccount()) revert PubdataNotPublished();
        uint256 free = _freeMemory();
        bool isOwnInput =
            _isInput(free, abi.encodeCall(IBatchCommits.settle, (previous, batch, digest, proof, imports, flows)));
        // Required whatever the policy asks: no quorum attests that the data is available.
        if (!isOwnInput || batch.pubdata.length == 0) revert PubdataNotPublished();
        StoredBatch memory stored = _commit(BatchHash.copyOf(previous), batch, true);
        _proveExecution(stored, digest, proof);
        // By a separate call: this one's input does not include the record. Nothing can come between: no caller but this one has
        // a batch that is committed and not executed.
        BatchExecution[] memory executions = new BatchExecution[](1);
        executions[0] = BatchExecution({batch: stored, imports: imports, flows: flows});
        IBatchExecutions(address(this)).executeBatches(executions);
    }

    /// @dev The aggregator tells this contract (acceptProven), or reverts.
    function _proveExecution(StoredBatch memory stored, bytes32 digest, bytes calldata proof) private {
        AggregatedBatch[] memory items = new AggregatedBatch[](1);
        items[0] = AggregatedBatch({chainId: chainId, batch: stored});
        (address aggregator,) = settings.aggregatorOf(chainId, stored.protocolVersion);
        IProofAggregator(aggregator).proveBatches(items, digest, proof);
    }
}
