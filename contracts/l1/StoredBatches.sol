// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchStageErrors} from "../interfaces/IBatchStageErrors.sol";
import {StateTransition} from "../interfaces/IStateTransitionVerifier.sol";
import {BatchHash} from "../libraries/BatchHash.sol";
import {StoredBatch} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title What callers show of committed batches, against the hashes that the chain keeps
abstract contract StoredBatches is HyperchainStorage {
    function _requireStored(uint256 number, StoredBatch calldata batch) internal view returns (bytes32 batchHash) {
        if (batch.batchNumber != number) revert IBatchStageErrors.BatchNumberMismatch(number, batch.batchNumber);
        batchHash = BatchHash.ofCalldata(batch);
        _requireHash(number, batchHash);
    }

    /// @dev The statement of the batch's proof.
    function _transitionOf(StoredBatch calldata batch) internal pure returns (StateTransition memory) {
        return StateTransition({
            commitment: batch.commitment,
            oldStateRoot: batch.oldStateRoot,
            newStateRoot: batch.newStateRoot,
            diffDigest: batch.diffDigest,
            point: batch.point,
            evaluation: batch.evaluation,
            outputsHash: batch.outputsHash
        });
    }

    function _requireHash(uint256 number, bytes32 batchHash) internal view {
        bytes32 expected = batchHashes[number];
        if (batchHash != expected) revert IBatchStageErrors.StoredBatchMismatch(number, expected, batchHash);
    }
}
