// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {IBatchConfirmations} from "../interfaces/IBatchConfirmations.sol";
import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {IChainImports} from "../interfaces/IChainImports.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ProtocolVersion} from "../interfaces/IVerifierRegistry.sol";
import {Facet} from "../libraries/Facet.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {BatchRecord} from "../types/BatchRecord.sol";
import {
    ApprovedBatch,
    BatchExecution,
    BatchRevert,
    CommitBatch,
    ImportBatch,
    ImportedRoot,
    StoredBatch
} from "../types/Batches.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {BatchProver} from "./BatchProver.sol";
import {Exit} from "./Exit.sol";
import {HyperchainFacets} from "./HyperchainFacets.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title A chain on its settlement layer
contract ChainContract is BatchProver, Exit, IHyperchain {
    uint256 private constant MARK_INTERVAL = 1 hours;

    /// @notice Code that commits, reverts and settles batches.
    address public immutable commitFacet;
    /// @notice Code that accepts proofs of execution, confirms and executes batches.
    address public immutable executionFacet;
    /// @notice Code that imports the first state.
    address public immutable importFacet;

    /// @param facets Their code works on the storage of every chain. They name the ecosystem, so that both surely have the same one.
    constructor(HyperchainFacets facets) HyperchainStorage(facets.ecosystem()) {
        commitFacet = facets.commitFacet();
        executionFacet = facets.executionFacet();
        importFacet = facets.importFacet();
    }

    /// @inheritdoc IHyperchain
    function initialize(uint256 chainId_, address baseToken_, uint32 importBatches) external onlyFactory {
        if (genesisHash != 0) revert AlreadyInitialized();
        // The factory admits only ids that wallets can represent, far below 2^64.
        chainId = uint64(chainId_);
        baseToken = baseToken_;
        if (importBatches != 0) importsMissing = importBatches;
        StoredBatch memory genesis = genesisBatch();
        executedVersion = uint32(genesis.protocolVersion);
        genesisHash = keccak256(abi.encode(genesis));
        stateRoot = genesis.newStateRoot;
    }

    /// @inheritdoc IBatches
    function markRecord() external returns (uint256 nextBatch, BatchRecord memory record) {
        if (msg.sender != address(roots)) revert OnlyRegistry(address(roots), msg.sender);
        uint256 earliest = recordedAt + MARK_INTERVAL;
        if (block.timestamp < earliest) revert MarkTooEarly(earliest, block.timestamp);
        if (batchesExecuted == 0) _requireBorn();
        return (batchesExecuted, _recordOfMark());
    }

    /// @inheritdoc IChainImports
    function importBatch(StoredBatch calldata, ImportBatch calldata, bytes32[] calldata) external {
        Facet.run(importFacet);
    }

    /// @inheritdoc IHyperchain
    function importsLeft() external view returns (uint32) {
        return importsMissing;
    }

    /// @inheritdoc IBatchCommits
    function commitBatches(StoredBatch calldata, ApprovedBatch[] calldata) external {
        Facet.run(commitFacet);
    }

    /// @inheritdoc IExecutionProofs
    function acceptProven(StoredBatch calldata) external returns (bool) {
        Facet.run(executionFacet);
    }

    /// @inheritdoc IBatchConfirmations
    function confirmBatch(StoredBatch calldata, bytes calldata) external {
        Facet.run(executionFacet);
    }

    /// @inheritdoc IBatchExecutions
    function executeBatches(BatchExecution[] calldata) external {
        Facet.run(executionFacet);
    }

    /// @inheritdoc IBatchCommits
    function revertBatches(BatchRevert calldata, bytes[] calldata) external {
        Facet.run(commitFacet);
    }

    /// @inheritdoc IBatchCommits
    function settle(
        StoredBatch calldata,
        CommitBatch calldata,
        bytes32,
        bytes calldata,
        ImportedRoot[] calldata,
        AssetFlow[] calldata
    ) external {
        Facet.run(commitFacet);
    }

    /// @inheritdoc IHyperchain
    function getChainId() external view returns (uint256) {
        return chainId;
    }

    /// @inheritdoc IHyperchain
    function getAdmin() external view returns (address) {
        return settings.adminOf(chainId);
    }

    /// @inheritdoc IHyperchain
    function getBaseToken() external view returns (address) {
        return baseToken;
    }

    /// @inheritdoc IHyperchain
    function getProtocolVersion() external view returns (uint256) {
        return executedVersion;
    }

    /// @inheritdoc IHyperchain
    function isValidator(address account) external view returns (bool) {
        return settings.isValidator(chainId, account);
    }

    /// @inheritdoc IHyperchain
    function factory() external view returns (address) {
        return chainFactory;
    }

    /// @inheritdoc IBatches
    function getTotalBatchesCommitted() external view returns (uint256) {
        return batchesCommitted;
    }

    /// @inheritdoc IBatches
    function getTotalBatchesVerified() external view returns (uint256) {
        return batchesVerified;
    }

    /// @inheritdoc IBatches
    function getTotalBatchesExecuted() external view returns (uint256) {
        return batchesExecuted;
    }

    /// @inheritdoc IBatches
    function revertCount() external view returns (uint256) {
        return reverts;
    }

    /// @inheritdoc IBatches
    function storedBatchHash(uint256 batchNumber) external view returns (bytes32) {
        return batchNumber < batchesCommitted ? batchHashes[batchNumber] : bytes32(0);
    }

    /// @inheritdoc IBatches
    function confirmedBatchHash(uint256 batchNumber) external view returns (bytes32) {
        return confirmedHashes[batchNumber];
    }

    /// @inheritdoc IBatches
    function l2LogsRootHash(uint256 batchNumber) external view returns (bytes32) {
        return logRoots[batchNumber];
    }

    /// @inheritdoc IBatches
    function executedStateRoot() external view returns (bytes32) {
        return stateRoot;
    }

    /// @inheritdoc IHyperchain
    function getConfiguration() public view returns (ChainConfiguration memory) {
        return settings.configurationOf(chainId);
    }

    /// @inheritdoc IBatches
    function genesisBatch() public view returns (StoredBatch memory genesis) {
        uint256 protocolVersion = getConfiguration().protocolVersion;
        // A chain can be rebuilt from its beginning when the version of its beginning has long retired.
        ProtocolVersion memory version = verifiers.contentOf(protocolVersion);
        genesis.leafCount = version.genesisLeafCount;
        genesis.protocolVersion = protocolVersion;
        genesis.newStateRoot = version.genesisStateRoot;
        genesis.importedRootsRollingHash = RollingHash.EMPTY_IMPORTED_ROOTS;
    }
}
