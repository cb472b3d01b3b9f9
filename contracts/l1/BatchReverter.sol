// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {BatchRevert} from "../types/Batches.sol";
import {StoredBatches} from "./StoredBatches.sol";
import {ValidatorQuorum} from "./ValidatorQuorum.sol";

/// @title Reverts batches that are not executed
abstract contract BatchReverter is StoredBatches, ValidatorQuorum, IBatchCommits {
    /// @inheritdoc IBatchCommits
    function revertBatches(BatchRevert calldata reversal, bytes[] calldata signatures) external whileRunning {
        uint256 batchNumber = reversal.firstNumber;
        if (batchNumber < batchesExecuted) revert RevertOfExecuted(batchesExecuted, batchNumber);
        if (batchNumber >= batchesCommitted) revert NothingToRevert(batchesCommitted, batchNumber);
        if (reversal.revertCount != reverts) revert RevertCountMismatch(reverts, reversal.revertCount);
        _requireHash(batchNumber, reversal.firstBatchHash);
        _requireHash(batchesCommitted - 1, reversal.lastBatchHash);
        _requireQuorumForRevert(reversal, signatures);
        ++reverts;
        batchesCommitted = uint32(batchNumber);
        if (batchesVerified > batchNumber) batchesVerified = uint32(batchNumber);
        emit BlocksRevert(batchesCommitted, batchesVerified, batchesExecuted);
    }
}
