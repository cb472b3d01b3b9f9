// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, BatchReading} from "../interfaces/IBatchReader.sol";
import {IBatchProving} from "../interfaces/IBatchProving.sol";
import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {IBatchStageErrors} from "../interfaces/IBatchStageErrors.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IChainImports} from "../interfaces/IChainImports.sol";
import {CommitSettings, ImportSettings} from "../interfaces/IChainSettings.sol";
import {IStateTransitionVerifier, StateTransition} from "../interfaces/IStateTransitionVerifier.sol";
import {BatchHash} from "../libraries/BatchHash.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {ImportBatch, StoredBatch} from "../types/Batches.sol";
import {BatchBinding} from "./BatchBinding.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Brings a chain's first state
/// @notice Code that chains' contracts run on their own storage (delegatecall), as CommitFacet. Called directly every call reverts: its own
/// storage has no imports.
contract ImportFacet is BatchBinding, IChainImports {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}

    /// @inheritdoc IChainImports
    function importBatch(StoredBatch calldata previous, ImportBatch calldata batch, bytes32[] calldata later) external {
        uint32 left = importsMissing;
        if (left == 0) revert NoImportLeft();
        ImportSettings memory expected = settings.importsOf(chainId);
        if (batch.number != expected.batches - left) {
            revert ImportNumberMismatch(expected.batches - left, batch.number);
        }
        bytes32 recordHash = BatchHash.ofCalldata(previous);
        if (recordHash != genesisHash) revert IBatchStageErrors.StoredBatchMismatch(0, genesisHash, recordHash);
        bool published = batch.pubdata.length != 0;
        if (published) _requireOwnImport(previous, batch, later);

        // No batch has an earlier time, and no version but the first is in effect before the birth.
        CommitSettings memory current = settings.forCommit(chainId, 0, 0);
        StoredBatch memory record = BatchHash.copyOf(previous);
        BatchReading memory reading = current.reader.readImport(_context(record, current), batch);
        _requireData(reading.pubdataHash, later, expected.data);
        if (left == 1 && batch.newStateRoot != expected.stateRoot) {
            revert ImportRootMismatch(expected.stateRoot, batch.newStateRoot);
        }
        // Anyone brings an import, so what the policy would bind is not in the record: else a stranger's word for the policy would make
        // the creator's proofs of all later imports useless.
        _policyDataHash(batch.policyData, reading, current.dataAvailabilityPolicy, published);
        record.commitment = _commitment(reading, keccak256(""));
        record.leafCount = reading.leafCount;
        record.newStateRoot = batch.newStateRoot;
        _requireProven(previous, record.commitment, reading, batch);

        genesisHash = BatchHash.ofMemory(record);
        importsMissing = left - 1;
        emit BatchImported(batch.number, reading.pubdataHash, batch.newStateRoot, record);
        _recordCodes(reading, published, current.dataAvailabilityPolicy);
        if (left != 1) return;
        stateRoot = batch.newStateRoot;
        IChainFactory(chainFactory).recordBirth(chainId);
    }

    /// @dev Readers find the data in the transaction itself, in the ABI's one encoding; an initial state is
    /// worth a separate account.
    function _requireOwnImport(StoredBatch calldata previous, ImportBatch calldata batch, bytes32[] calldata later)
        private
        view
    {
        if (!_isFromAccount()) revert IBatchCommits.PubdataNotPublished();
        uint256 free = _freeMemory();
        if (!_isInput(free, abi.encodeCall(IChainImports.importBatch, (previous, batch, later)))) {
            revert IBatchCommits.PubdataNotPublished();
        }
    }

    /// @dev With what is to follow these must be the data of the creation: none that others made up are ever taken.
    function _requireData(bytes32 pubdataHash, bytes32[] calldata later, bytes32 expected) private {
        bytes32 hash = RollingHash.addImport(importHash, pubdataHash);
        importHash = hash;
        for (uint256 i = 0; i < later.length; ++i) hash = RollingHash.addImport(hash, later[i]);
        if (hash != expected) revert ImportDataMismatch(expected, hash);
    }

    function _requireProven(
        StoredBatch calldata previous,
        bytes32 commitment,
        BatchReading memory reading,
        ImportBatch calldata batch
    ) private view {
        IStateTransitionVerifier verifier = settings.verifierOf(chainId, previous.protocolVersion);
        bool accepted = verifier.verify(
            StateTransition({
                commitment: commitment,
                oldStateRoot: previous.newStateRoot,
                newStateRoot: batch.newStateRoot,
                diffDigest: batch.diffDigest,
                point: reading.point,
                evaluation: reading.evaluation,
                outputsHash: reading.outputsHash
            }),
            batch.proof
        );
        if (!accepted) revert IBatchProving.ProofRefused();
    }
}
