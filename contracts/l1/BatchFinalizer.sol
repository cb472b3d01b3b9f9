// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {ExecutionSettings} from "../interfaces/IChainSettings.sol";
import {AssetFlows} from "../libraries/AssetFlows.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {BatchRecords} from "./BatchRecords.sol";
import {ExecutionProofs} from "./ExecutionProofs.sol";
import {StoredBatches} from "./StoredBatches.sol";

/// @title Executes batches
abstract contract BatchFinalizer is BatchRecords, ExecutionProofs, StoredBatches, IBatchExecutions {
    /// @inheritdoc IBatchExecutions
    function executeBatch(StoredBatch calldata batch, ImportedRoot[] calldata imports, AssetFlow[] calldata flows)
        external
        whileRunning
    {
        uint256 number = batchesExecuted;
        if (number == batchesVerified) revert BatchNotProven(number, batch.batchNumber);
        bytes32 batchHash = _requireStored(number, batch);
        // No look at the version: what was proven before it retired executes, or the delay would void what it held back.
        _requireTerms(batch, batchHash);
        _requireImports(batch, imports);
        bytes32 flowsHash = AssetFlows.hash(flows);
        if (flowsHash != batch.flowsHash) revert FlowsMismatch(batch.flowsHash, flowsHash);

        batchesExecuted = uint32(number + 1);
        operationsExecuted = batch.priorityOpTotal;
        stateRoot = batch.newStateRoot;
        logRoots[number] = batch.l2LogsTreeRoot;
        if (!_isExecutionProven(batch.protocolVersion)) provenSince = uint32(number + 1);
        emit BlockExecution(number, batchHash, batch.commitment);
        uint256[] memory refused;
        if (flows.length != 0) refused = bridge.applyFlows(chainId, number, batch.firstTimestamp, flows);
        if (refused.length != 0) emit TransfersRefused(number, refused);
        roots.append(chainId, number, batch.l2LogsTreeRoot, _recordOfBatch(batch, refused));
    }

    /// @dev The second check comes before the delay: so callers learn that it is missing as soon as the batch is proven.
    function _requireTerms(StoredBatch calldata batch, bytes32 batchHash) private view {
        ExecutionSettings memory rules = settings.forExecution(chainId, batch.protocolVersion);
        if (rules.requiresSecondCheck && confirmedHashes[batch.batchNumber] != batchHash) {
            revert SecondCheckMissing(batch.batchNumber);
        }
        uint256 earliest = uint256(batch.committedAt) + rules.executionDelay;
        if (block.timestamp < earliest) revert ExecutionDelayed(earliest, block.timestamp);
    }

    /// @dev Of a verified batch. A version with an aggregator takes no other proof. A marker proves nothing, whoever accepts it: it ends
    /// the unbroken run of batches with proven execution.
    function _isExecutionProven(uint256 version) private view returns (bool) {
        return !VersionNumber.isWithoutProofs(version) && verifiers.provesExecution(version);
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
