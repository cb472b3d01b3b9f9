// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";

/// @title Proofs of committed batches' data
/// @notice Anyone may call: the proof decides.
interface IBatchProving {
    event BlocksVerification(uint256 indexed previousLastVerifiedBatch, uint256 indexed currentLastVerifiedBatch);
    /// @notice `verifier` accepted the proof of the batch's statement in this transaction.
    event BatchProven(
        uint256 indexed batchNumber, bytes32 indexed commitment, uint256 indexed protocolVersion, address verifier
    );

    error BatchNotCommitted(uint256 committed, uint256 actual);
    error ProofRefused();
    /// @notice A batch of this version needs a proof of its execution (IProofAggregator).
    error ExecutionUnproven(uint256 version);

    /// @notice Checks the proof of the oldest batch that has none. Refuses a batch of a version that proves execution: a proof of data
    /// proves nothing there. Errors of a bad proof are the verifier's (IStarkVerifier).
    function proveBatch(StoredBatch calldata batch, bytes calldata proof) external;
}
