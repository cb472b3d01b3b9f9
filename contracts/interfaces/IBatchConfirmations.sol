// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";

/// @title Second check of committed batches
/// @notice Any account may call: the proof decides.
interface IBatchConfirmations {
    /// @notice The second verifier of the batch's version accepted the proof of its statement in this transaction.
    event BatchConfirmed(uint256 indexed batchNumber, bytes32 batchHash);

    /// @notice L1 has confirmed this batch: execute it.
    error BatchAlreadyConfirmed(uint256 batchNumber);
    /// @notice L1 has executed the batch, so nothing waits for its confirmation.
    error BatchAlreadyExecuted(uint256 executed, uint256 batchNumber);

    /// @notice Confirms a committed batch, proven or not: checks the proof of its statement by the second verifier of its version. The
    /// batch's *hash* is confirmed. A batch that is committed at its number later needs another confirmation. Takes batches of stopped
    /// versions: a confirmation alone moves nothing. Reverts with SecondCheckUnsupported for a version without a second verifier
    /// (IVerifierRegistry), before any check for a batch that is confirmed or executed, else with the errors of `proveBatch`.
    function confirmBatch(StoredBatch calldata batch, bytes calldata proof) external;
}
