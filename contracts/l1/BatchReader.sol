// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, BatchReading, IBatchReader} from "../interfaces/IBatchReader.sol";
import {AssetFlows} from "../libraries/AssetFlows.sol";
import {BatchCommitment, BatchOutputs, PreCommitmentFields} from "../libraries/BatchCommitment.sol";
import {DiffList} from "../libraries/DiffList.sol";
import {Digest} from "../libraries/Digest.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {WithheldLogs} from "../libraries/WithheldLogs.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {CommitBatch, ImportBatch} from "../types/Batches.sol";

/// @title Reads batches of trusted and of proven execution
contract BatchReader is IBatchReader {
    // Seal limits (docs/protocol.md).
    uint256 private constant MAX_PUBDATA = 100_000;
    uint256 private constant MAX_MESSAGES = 4096;

    /// @inheritdoc IBatchReader
    uint256 public constant format = 1;

    /// @notice Digest of the codes of all predeploys that proven chains have (docs/protocol.md §11). The prover names them to the
    /// kernel; this value decides which ones pass.
    bytes32 public immutable predeploys;

    constructor(bytes32 predeploys_) {
        predeploys = predeploys_;
    }

    /// @inheritdoc IBatchReader
    function read(BatchContext calldata context, CommitBatch calldata batch, bytes32[] calldata canonicalTxHashes)
        external
        view
        returns (BatchReading memory reading)
    {
        if (batch.pubdata.length != 0) {
            _readPubdata(context, batch, canonicalTxHashes, reading);
        } else {
            _readWithheld(context, batch, canonicalTxHashes, reading);
        }
    }

    function _readPubdata(
        BatchContext calldata context,
        CommitBatch calldata batch,
        bytes32[] memory canonicalTxHashes,
        BatchReading memory reading
    ) private view {
        bytes calldata pubdata = batch.pubdata;
        _checkLength(pubdata);
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        _checkMessageCount(header.logCount, canonicalTxHashes.length);
        reading.pubdataHash = keccak256(pubdata);
        uint256 listOffset;
        {
            (bytes32[] memory leaves, uint256 offset) =
                Pubdata.readLogs(pubdata, Pubdata.HEADER_LENGTH, header.logCount, canonicalTxHashes);
            reading.l2LogsTreeRoot = L2LogTree.root(leaves);
            (reading.publishedCodes, listOffset) = Pubdata.readBytecodes(pubdata, offset, header.bytecodeCount);
        }
        _sumFlows(pubdata, Pubdata.HEADER_LENGTH, header.logCount, reading);
        _bind(context, batch, canonicalTxHashes, header.logCount, reading);
        _readList(context.oldLeafCount, pubdata, listOffset, header, reading);
    }

    /// @inheritdoc IBatchReader
    function readImport(BatchContext calldata context, ImportBatch calldata batch)
        external
        view
        returns (BatchReading memory reading)
    {
        bytes calldata pubdata = batch.pubdata;
        reading.flowsHash = AssetFlows.hash(new AssetFlow[](0));
        if (pubdata.length == 0) {
            reading.pubdataHash = batch.pubdataHash;
            _bindImport(context, batch, reading);
            _countEntries(batch.entryCount, reading);
            return reading;
        }
        _checkLength(pubdata);
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        if (header.logCount != 0) revert ImportWithLogs(header.logCount);
        reading.pubdataHash = keccak256(pubdata);
        uint256 listOffset;
        (reading.publishedCodes, listOffset) =
            Pubdata.readBytecodes(pubdata, Pubdata.HEADER_LENGTH, header.bytecodeCount);
        _bindImport(context, batch, reading);
        _readList(context.oldLeafCount, pubdata, listOffset, header, reading);
    }

    /// @dev Draws the point, and evaluates there.
    function _readList(
        uint256 oldLeafCount,
        bytes calldata pubdata,
        uint256 listOffset,
        Pubdata.Header memory header,
        BatchReading memory reading
    ) private pure {
        reading.point =
            BatchCommitment.deriveEvaluationPoint(reading.preCommitment, reading.pubdataHash, pubdata.length);
        if (oldLeafCount == 0) {
            // Earlier data was withheld: only the circuit knows which leaves exist.
            oldLeafCount = DiffList.MAX_LEAF_COUNT - header.insertionCount;
        } else {
            reading.leafCount = uint64(oldLeafCount + header.insertionCount);
        }
        (reading.evaluation, reading.codes) =
            DiffList.read(pubdata, listOffset, header, oldLeafCount, reading.point, reading.outputsHash);
    }

    function _readWithheld(
        BatchContext calldata context,
        CommitBatch calldata batch,
        bytes32[] memory canonicalTxHashes,
        BatchReading memory reading
    ) private view {
        bytes calldata logs = batch.withheld.logs;
        _checkLength(logs);
        uint256 count = WithheldLogs.readCount(logs);
        _checkMessageCount(count, canonicalTxHashes.length);
        reading.pubdataHash = batch.withheld.pubdataHash;
        reading.l2LogsTreeRoot = L2LogTree.root(WithheldLogs.readLeaves(logs, count, canonicalTxHashes));
        _sumFlows(logs, WithheldLogs.HEADER_LENGTH, count, reading);
        _bind(context, batch, canonicalTxHashes, count, reading);
        _countEntries(batch.withheld.entryCount, reading);
    }

    /// @dev At r = 0 the proof says how many entries the list has, and nothing else about it. A value that is not an element could be
    /// committed and never proven.
    function _countEntries(uint32 entryCount, BatchReading memory reading) private pure {
        reading.evaluation = bytes20(bytes4(entryCount));
        Digest.requireCanonical(bytes32(reading.evaluation));
    }

    function _checkLength(bytes calldata data) private pure {
        if (data.length > MAX_PUBDATA) revert PubdataTooLong(MAX_PUBDATA, data.length);
    }

    /// @dev Logs are counted before they are read: each must be a message or the result of one of the operations.
    function _checkMessageCount(uint256 logCount, uint256 operationCount) private pure {
        if (logCount > MAX_MESSAGES + operationCount) revert TooManyMessages(MAX_MESSAGES, logCount - operationCount);
    }

    function _sumFlows(bytes calldata logs, uint256 offset, uint256 count, BatchReading memory reading) private view {
        AssetFlow[] memory flows = AssetFlows.collect(logs, offset, count, block.chainid, reading.pubdataHash);
        reading.flowCount = flows.length;
        reading.flowsHash = AssetFlows.hash(flows);
    }

    /// @dev Outputs and preCommitment.
    function _bind(
        BatchContext calldata context,
        CommitBatch calldata batch,
        bytes32[] memory canonicalTxHashes,
        uint256 logCount,
        BatchReading memory reading
    ) private view {
        uint256 operationCount = canonicalTxHashes.length;
        BatchOutputs memory outputs;
        outputs.batchNumber = batch.batchNumber;
        outputs.firstBlock = batch.firstBlock;
        outputs.lastBlock = batch.lastBlock;
        outputs.firstTimestamp = batch.firstTimestamp;
        outputs.lastTimestamp = batch.lastTimestamp;
        outputs.l2LogsTreeRoot = reading.l2LogsTreeRoot;
        outputs.logCount = uint64(logCount);
        outputs.priorityOpCount = uint64(operationCount);
        outputs.priorityOpsRollingHash = _rollingHash(canonicalTxHashes);
        outputs.importedRootCount = batch.importedRootCount;
        outputs.importedRootsRollingHash = batch.importedRootsRollingHash;
        outputs.cheatCount = batch.cheatCount;
        reading.transactionsHash = batch.transactionsHash;
        reading.extensions = BatchCommitment.hashExtensions(
            context.configurationHash, _installedPredeploys(context, batch.batchNumber), batch.transactionsHash
        );
        outputs.extensions = reading.extensions;
        reading.outputsHash = BatchCommitment.hashOutputs(outputs, batch.coinbase);

        _bindState(context, batch.batchNumber, batch.newStateRoot, batch.diffDigest, reading);
    }

    /// @dev Binds an import, whose outputs are its data alone.
    function _bindImport(BatchContext calldata context, ImportBatch calldata batch, BatchReading memory reading)
        private
        view
    {
        reading.outputsHash = BatchCommitment.hashImport(context.chainId, batch.number, reading.pubdataHash);
        _bindState(context, batch.number, batch.newStateRoot, batch.diffDigest, reading);
    }

    function _bindState(
        BatchContext calldata context,
        uint256 number,
        bytes32 newStateRoot,
        bytes32 diffDigest,
        BatchReading memory reading
    ) private view {
        PreCommitmentFields memory fields;
        fields.protocolVersion = context.protocolVersion;
        fields.settlementChainId = block.chainid;
        fields.hyperchainAddress = context.hyperchain;
        fields.chainId = context.chainId;
        fields.batchNumber = number;
        fields.previousCommitment = context.previousCommitment;
        fields.oldStateRoot = context.oldStateRoot;
        fields.newStateRoot = newStateRoot;
        fields.diffDigest = diffDigest;
        fields.outputsHash = reading.outputsHash;
        fields.daPolicy = context.daPolicy;
        reading.preCommitment = BatchCommitment.hashPreCommitment(fields);
    }

    /// @dev Digest of the predeploys that the batch's opening must have installed; else 0. Of a proven chain's first batch, because its
    /// state may be an import's, and of the first proven one after a trusted one, because a quorum can write any code into the state.
    function _installedPredeploys(BatchContext calldata context, uint64 batchNumber) private view returns (bytes32) {
        if (!VersionNumber.isProven(context.protocolVersion)) return 0;
        bool isFirst = batchNumber == 0 || !VersionNumber.isProven(context.previousVersion);
        return isFirst ? predeploys : bytes32(0);
    }

    function _rollingHash(bytes32[] memory canonicalTxHashes) private pure returns (bytes32 hash) {
        hash = RollingHash.EMPTY_PRIORITY_OPS;
        for (uint256 i = 0; i < canonicalTxHashes.length; ++i) {
            hash = RollingHash.addPriorityOp(hash, canonicalTxHashes[i]);
        }
    }
}
