// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchConfirmations} from "../interfaces/IBatchConfirmations.sol";
import {IBatchProving} from "../interfaces/IBatchProving.sol";
import {StoredBatch} from "../types/Batches.sol";
import {StoredBatches} from "./StoredBatches.sol";

/// @title Confirms batches that a second verifier has checked
abstract contract BatchConfirmer is StoredBatches, IBatchConfirmations {
    /// @inheritdoc IBatchConfirmations
    function confirmBatch(StoredBatch calldata batch, bytes calldata proof) external whileRunning {
        uint256 number = batch.batchNumber;
        if (number >= batchesCommitted) revert IBatchProving.BatchNotCommitted(batchesCommitted, number);
        if (number < batchesExecuted) revert BatchAlreadyExecuted(batchesExecuted, number);
        bytes32 batchHash = _requireStored(number, batch);
        if (confirmedHashes[number] == batchHash) revert BatchAlreadyConfirmed(number);
        bool accepted = verifiers.secondVerifierOf(batch.protocolVersion).verify(_transitionOf(batch), proof);
        if (!accepted) revert IBatchProving.ProofRefused();
        confirmedHashes[number] = batchHash;
        emit BatchConfirmed(number, batchHash);
    }
}
