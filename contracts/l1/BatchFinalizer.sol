// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchStages} from "../interfaces/IBatchStages.sol";
import {IStateTransitionVerifier, StateTransition} from "../interfaces/IStateTransitionVerifier.sol";
import {AssetFlows} from "../libraries/AssetFlows.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {BatchRevert, ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {ValidatorQuorum} from "./ValidatorQuorum.sol";

/// @title Proves, executes and reverts batches
abstract contract BatchFinalizer is ValidatorQuorum, IBatchStages {
    /// @inheritdoc IBatchStages
    function proveBatch(StoredBatch calldata batch, bytes calldata proof) external whileRunning {
        uint256 number = batchesVerified;
        if (number == batchesCommitted) revert BatchNotCommitted(number, batch.batchNumber);
        _requireStored(number, batch);
        IStateTransitionVerifier verifier = verifiers.requireActive(batch.protocolVersion).verifier;
        bool accepted = verifier.verify(
            StateTransition({
                commitment: batch.commitment,
                oldStateRoot: batch.oldStateRoot,
                newStateRoot: batch.newStateRoot,
                diffDigest: batch.diffDigest,
                point: batch.point,
                evaluation: batch.evaluation,
                outputsHash: batch.outputsHash
            }),
            proof
        );
        if (!accepted) revert ProofRefused();
        batchesVerified = uint32(number + 1);
        emit BatchProven(number, batch.commitment, batch.protocolVersion, address(verifier));
        // Counts, as in ZK Stack: batch n is the (n + 1)-th.
        emit BlocksVerification(number, number + 1);
    }

    /// @inheritdoc IBatchStages
    function executeBatch(StoredBatch calldata batch, ImportedRoot[] calldata imports, AssetFlow[] calldata flows)
        external
        whileRunning
    {
        uint256 number = batchesExecuted;
        if (number == batchesVerified) revert BatchNotProven(number, batch.batchNumber);
        bytes32 batchHash = _requireStored(number, batch);
        // No look at the version: what was proven before it retired executes, or the delay would void what it held back.
        uint256 earliest = batch.committedAt + settings.executionDelay(chainId);
        if (block.timestamp < earliest) revert ExecutionDelayed(earliest, block.timestamp);
        _requireImports(batch, imports);
        bytes32 flowsHash = AssetFlows.hash(flows);
        if (flowsHash != batch.flowsHash) revert FlowsMismatch(batch.flowsHash, flowsHash);

        batchesExecuted = uint32(number + 1);
        operationsExecuted = batch.priorityOpTotal;
        stateRoot = batch.newStateRoot;
        logRoots[number] = batch.l2LogsTreeRoot;
        emit BlockExecution(number, batchHash, batch.commitment);
        if (flows.length != 0) bridge.applyFlows(chainId, number, flows);
        roots.append(chainId, number, batch.l2LogsTreeRoot);
    }

    /// @inheritdoc IBatchStages
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

    function _requireStored(uint256 number, StoredBatch calldata batch) private view returns (bytes32 batchHash) {
        if (batch.batchNumber != number) revert BatchNumberMismatch(number, batch.batchNumber);
        batchHash = keccak256(abi.encode(batch));
        _requireHash(number, batchHash);
    }

    function _requireHash(uint256 number, bytes32 batchHash) private view {
        if (batchHash != batchHashes[number]) revert StoredBatchMismatch(number, batchHashes[number], batchHash);
    }

    function _requireImports(StoredBatch calldata batch, ImportedRoot[] calldata imports) private view {
        bytes32 rollingHash = RollingHash.EMPTY_IMPORTED_ROOTS;
        for (uint256 i = 0; i < imports.length; ++i) {
            (uint256 index, bytes32 root) = (imports[i].registryIndex, imports[i].root);
            rollingHash = RollingHash.addImportedRoot(rollingHash, index, root);
            bytes32 expected = roots.rootAt(index);
            if (root != expected) revert ImportedRootUnknown(index, expected, root);
        }
        // The count needs no check of its own: no two lists have one rolling hash.
        if (rollingHash != batch.importedRootsRollingHash) {
            revert ImportedRootsMismatch(batch.importedRootsRollingHash, rollingHash);
        }
    }
}
