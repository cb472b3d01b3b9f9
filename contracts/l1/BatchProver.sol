// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchProving} from "../interfaces/IBatchProving.sol";
import {IStateTransitionVerifier} from "../interfaces/IStateTransitionVerifier.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {StoredBatch} from "../types/Batches.sol";
import {StoredBatches} from "./StoredBatches.sol";

/// @title Proves batches
/// @dev Not in the facet: to hand a proof of 60 kB on to it once more costs gas for nothing.
abstract contract BatchProver is StoredBatches, IBatchProving {
    /// @inheritdoc IBatchProving
    function proveBatch(StoredBatch calldata batch, bytes calldata proof) external whileRunning {
        uint256 number = batchesVerified;
        if (number == batchesCommitted) revert BatchNotCommitted(number, batch.batchNumber);
        _requireStored(number, batch);
        uint256 version = batch.protocolVersion;
        if (VersionNumber.isProven(version)) revert ExecutionUnproven(version);
        IStateTransitionVerifier verifier = settings.verifierOf(chainId, version);
        bool accepted = verifier.verify(_transitionOf(batch), proof);
        if (!accepted) revert ProofRefused();
        batchesVerified = uint32(number + 1);
        emit BatchProven(number, batch.commitment, version, address(verifier));
        // Counts, as in ZK Stack: batch n is the (n + 1)-th.
        emit BlocksVerification(number, number + 1);
    }
}
