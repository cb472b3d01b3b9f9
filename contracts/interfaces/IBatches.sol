// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchRecord} from "../types/BatchRecord.sol";
import {StoredBatch} from "../types/Batches.sol";
import {IBatchProving} from "./IBatchProving.sol";
import {IBatchConfirmations} from "./IBatchConfirmations.sol";
import {IBatchCommits} from "./IBatchCommits.sol";
import {IBatchExecutions} from "./IBatchExecutions.sol";
import {IExecutionProofs} from "./IExecutionProofs.sol";

/// @title A chain's batches: their stages and their numbers
interface IBatches is IBatchCommits, IBatchProving, IBatchConfirmations, IExecutionProofs, IBatchExecutions {
    error OnlyRegistry(address expected, address actual);
    /// @notice The chain's last leaf is less than an hour old. A mark stays in the registry for good, where a leaf of that age says
    /// nearly the same.
    error MarkTooEarly(uint256 earliest, uint256 actual);

    /// @notice Record of a mark at the present time, and the number of the next batch. Only the registry of
    /// Transaction Roots, which appends it.
    function markRecord() external returns (uint256 nextBatch, BatchRecord memory record);

    /// @notice Record that stands before the first batch; of a chain with imports the one before the first of them (IChainImports).
    function genesisBatch() external view returns (StoredBatch memory);

    function getTotalBatchesCommitted() external view returns (uint256);

    function getTotalBatchesVerified() external view returns (uint256);

    function getTotalBatchesExecuted() external view returns (uint256);

    /// @notice Number of reverts of batches, which all signatures of the quorum include.
    function revertCount() external view returns (uint256);

    /// @notice keccak256 of the stored form of a committed batch; 0 where there is none.
    function storedBatchHash(uint256 batchNumber) external view returns (bytes32);

    /// @notice Hash of the batch of this number that the second verifier has confirmed last, also of a reverted one; 0 without one. A batch
    /// is confirmed if its stored form has this hash.
    function confirmedBatchHash(uint256 batchNumber) external view returns (bytes32);

    /// @notice Root of an executed batch's log tree; 0 before execution.
    function l2LogsRootHash(uint256 batchNumber) external view returns (bytes32);

    /// @notice State root after the last executed batch.
    function executedStateRoot() external view returns (bytes32);
}
