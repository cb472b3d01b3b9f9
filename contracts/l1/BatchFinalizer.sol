// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {ExecutionSettings} from "../interfaces/IChainSettings.sol";
import {AssetFlows} from "../libraries/AssetFlows.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {BatchExecution, ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {BatchRecords} from "./BatchRecords.sol";
import {ExecutionProofs} from "./ExecutionProofs.sol";
import {StoredBatches} from "./StoredBatches.sol";

/// @title Executes batches
abstract contract BatchFinalizer is BatchRecords, ExecutionProofs, StoredBatches, IBatchExecutions {
    /// @dev Rules of execution for batches of a version. They are equal for all batches of a call.
    struct VersionRules {
        uint256 version;
        ExecutionSettings settings;
        bool isExecutionProven;
    }

    /// @inheritdoc IBatchExecutions
    function executeBatches(BatchExecution[] calldata executions) external whileRunning {
        VersionRules memory rules;
        for (uint256 i = 0; i < executions.length; ++i) {
            StoredBatch calldata batch = executions[i].batch;
            bytes32 batchHash = _requireProven(batch);
            // Read after the record is compared, so only for a version that the chain has stored.
            if (i == 0 || batch.protocolVersion != rules.version) rules = _rulesOf(batch.protocolVersion);
            _execute(executions[i], batchHash, rules);
        }
    }

    /// @dev The next batch to execute, as L1 has it.
    function _requireProven(StoredBatch calldata batch) private view returns (bytes32 batchHash) {
        uint256 number = batchesExecuted;
        if (number == batchesVerified) revert BatchNotProven(number, batch.batchNumber);
        return _requireStored(number, batch);
    }

    function _execute(BatchExecution calldata execution, bytes32 batchHash, VersionRules memory rules) private {
        StoredBatch calldata batch = execution.batch;
        // No look at the version: what was proven before it retired executes, or the delay would void what it held back.
        _requireTerms(batch, batchHash, rules.settings);
        _requireImports(batch, execution.imports);
        bytes32 flowsHash = AssetFlows.hash(execution.flows);
        if (flowsHash != batch.flowsHash) revert FlowsMismatch(batch.flowsHash, flowsHash);

        uint256 number = batch.batchNumber;
        batchesExecuted = uint32(number + 1);
        operationsExecuted = batch.priorityOpTotal;
        stateRoot = batch.newStateRoot;
        logRoots[number] = batch.l2LogsTreeRoot;
        if (!rules.isExecutionProven) provenSince = uint32(number + 1);
        emit BlockExecution(number, batchHash, batch.commitment);
        uint256[] memory refused;
        if (execution.flows.length != 0) {
            refused = bridge.applyFlows(chainId, number, batch.firstTimestamp, execution.flows);
        }
        if (refused.length != 0) emit TransfersRefused(number, refused);
        roots.append(chainId, number, batch.l2LogsTreeRoot, _recordOfBatch(batch, refused));
    }

    function _rulesOf(uint256 version) private view returns (VersionRules memory) {
        return VersionRules({
            version: version,
            settings: settings.forExecution(chainId, version),
            isExecutionProven: _isExecutionProven(version)
        });
    }

    /// @dev The second check comes before the delay: so callers learn that it is missing as soon as the batch is proven.
    function _requireTerms(StoredBatch calldata batch, bytes32 batchHash, ExecutionSettings memory rules) private view {
        if (rules.requiresSecondCheck && confirmedHashes[batch.batchNumber] != batchHash) {
            revert SecondCheckMissing(batch.batchNumber);
        }
        uint256 earliest = uint256(batch.committedAt) + rules.executionDelay;
        if (block.timestamp < earliest) revert ExecutionDelayed(earliest, block.timestamp);
    }

    /// @dev For a verified batch: a proven version takes no proof but its aggregator's. A marker proves nothing, whichever contract accepts
    /// it: it ends the unbroken run of batches with proven execution.
    function _isExecutionProven(uint256 version) private pure returns (bool) {
        return VersionNumber.isProven(version) && !VersionNumber.isWithoutProofs(version);
    }

    function _requireImports(StoredBatch calldata batch, ImportedRoot[] calldata imports) private view {
        bytes32 rollingHash = RollingHash.EMPTY_IMPORTED_ROOTS;
        for (uint256 i = 0; i < imports.length; ++i) {
            (uint256 index, bytes32 root) = (imports[i].registryIndex, imports[i].root);
            rollingHash = RollingHash.addImportedRoot(rollingHash, index, root);
            bytes32 expected = roots.rootAt(index);
            if (root != expected) revert ImportedRootUnknown(index, expected, root);
        }
        // The count needs no separate check: no two lists have one rolling hash.
        if (rollingHash != batch.importedRootsRollingHash) {
            revert ImportedRootsMismatch(batch.importedRootsRollingHash, rollingHash);
        }
    }
}
