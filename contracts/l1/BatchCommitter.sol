// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, BatchReading} from "../interfaces/IBatchReader.sol";
import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {CommitSettings} from "../interfaces/IChainSettings.sol";
import {BatchHash} from "../libraries/BatchHash.sol";
import {ApprovedBatch, CommitBatch, StoredBatch} from "../types/Batches.sol";
import {BatchBinding} from "./BatchBinding.sol";
import {ValidatorQuorum} from "./ValidatorQuorum.sol";

/// @title Commits batches
abstract contract BatchCommitter is BatchBinding, ValidatorQuorum, IBatchCommits {
    // Seal limits (docs/protocol.md): a batch that could not be executed in one transaction is not committed.
    uint256 private constant MAX_IMPORTS = 256;
    uint256 private constant MAX_EXECUTION_GAS = 12_000_000;
    uint256 private constant GAS_PER_FLOW = 34_100;
    uint256 private constant GAS_PER_IMPORT = 3_000;
    /// @dev Number of batches of a call that readers of L1 decode (commit-call.ts).
    uint256 private constant MAX_BATCHES = 64;

    /// @inheritdoc IBatchCommits
    function commitBatches(StoredBatch calldata previous, ApprovedBatch[] calldata batches) external whileRunning {
        if (batches.length > MAX_BATCHES) revert TooManyBatches(MAX_BATCHES, batches.length);
        bool isOwnInput = _isOwnInput(previous, batches);
        StoredBatch memory last = BatchHash.copyOf(previous);
        for (uint256 i = 0; i < batches.length; ++i) {
            uint256 operations = last.priorityOpTotal;
            last = _commit(last, batches[i].batch, isOwnInput);
            _requireApproval(last.commitment, last.batchNumber, operations, batches[i].approval);
        }
        if (!isOwnInput && batches.length != 0) {
            uint256 first = batches[0].batch.batchNumber;
            emit CommitCall(first, abi.encodeCall(IBatchCommits.commitBatches, (previous, batches)));
        }
    }

    /// @dev Everything but the quorum's word for the batch, which the caller must ask for.
    /// @param isOwnInput Whether the arguments are the transaction's own input, in the ABI's one encoding.
    function _commit(StoredBatch memory previous, CommitBatch calldata batch, bool isOwnInput)
        internal
        returns (StoredBatch memory stored)
    {
        CommitSettings memory current = settings.forCommit(chainId, batch.firstTimestamp, previous.priorityOpTotal);
        _requireNext(previous, batch, current.cheatsAllowed);
        bytes32[] memory operations = _takeOperations(previous.priorityOpTotal, batch, current.priorityOpWindow);
        BatchContext memory context = _context(previous, current);
        BatchReading memory reading = current.reader.read(context, batch, operations);
        uint256 executionGas = reading.flowCount * GAS_PER_FLOW + batch.importedRootCount * GAS_PER_IMPORT;
        if (executionGas > MAX_EXECUTION_GAS) revert ExecutionTooExpensive(MAX_EXECUTION_GAS, executionGas);

        stored = _stored(previous, batch, reading, context);
        bool published = isOwnInput && batch.pubdata.length != 0;
        stored.commitment = _commitment(
            reading, _policyDataHash(batch.policyData, reading, current.dataAvailabilityPolicy, published)
        );
        if (stored.commitment != batch.commitment) revert CommitmentMismatch(batch.commitment, stored.commitment);

        bytes32 batchHash = BatchHash.ofMemory(stored);
        batchHashes[stored.batchNumber] = batchHash;
        batchesCommitted = uint32(stored.batchNumber) + 1;
        emit BlockCommit(stored.batchNumber, batchHash, stored.commitment);
        emit BatchStored(stored.batchNumber, stored);
        _recordCodes(reading, published, current.dataAvailabilityPolicy);
    }

    function _requireNext(StoredBatch memory previous, CommitBatch calldata batch, bool cheatsAllowed)
        private
        view
    {
        uint256 number = batchesCommitted;
        if (number == 0) _requireBorn();
        if (batch.batchNumber != number) revert BatchNumberMismatch(number, batch.batchNumber);
        bytes32 expected = number == 0 ? genesisHash : batchHashes[number - 1];
        bytes32 actual = BatchHash.ofMemory(previous);
        if (actual != expected) revert StoredBatchMismatch(number, expected, actual);
        if (batch.firstBlock != previous.lastBlock + 1 || batch.lastBlock < batch.firstBlock) {
            revert BlockRangeInvalid(previous.lastBlock + 1, batch.firstBlock, batch.lastBlock);
        }
        if (batch.firstTimestamp < previous.lastTimestamp || batch.lastTimestamp < batch.firstTimestamp) {
            revert TimestampsNotMonotone(previous.lastTimestamp, batch.firstTimestamp, batch.lastTimestamp);
        }
        if (batch.lastTimestamp > block.timestamp) revert TimestampInFuture(block.timestamp, batch.lastTimestamp);
        if (batch.cheatCount != 0 && !cheatsAllowed) revert StateCheatsForbidden(batch.cheatCount);
        if (batch.importedRootCount > MAX_IMPORTS) revert TooManyImports(MAX_IMPORTS, batch.importedRootCount);
    }

    /// @dev Hashes of the queue's next operations, as many as the batch says it took; at least one if one is due.
    /// A chain chooses its own clock, so L1's decides as well: held back, the chain's alone would starve the queue for good.
    function _takeOperations(uint256 first, CommitBatch calldata batch, uint256 window)
        private
        view
        returns (bytes32[] memory hashes)
    {
        uint256 count = batch.priorityOpCount;
        uint256 available = operationsQueued - first;
        if (count > available) revert PriorityOpsNotQueued(available, count);
        if (count == 0 && available != 0) {
            uint256 deadline = queue[first].deadline >> DEADLINE_FRACTION;
            if (deadline <= batch.lastTimestamp) revert PriorityOpOverdue(first, deadline, batch.lastTimestamp);
            uint256 latest = deadline + window;
            if (latest <= block.timestamp) revert PriorityOpOverdueOnL1(first, latest, block.timestamp);
        }
        hashes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) hashes[i] = queue[first + i].hash;
    }

    /// @dev All but the commitment.
    function _stored(
        StoredBatch memory previous,
        CommitBatch calldata batch,
        BatchReading memory reading,
        BatchContext memory context
    ) private view returns (StoredBatch memory stored) {
        stored.batchNumber = batch.batchNumber;
        stored.lastBlock = batch.lastBlock;
        stored.firstTimestamp = batch.firstTimestamp;
        stored.lastTimestamp = batch.lastTimestamp;
        stored.leafCount = reading.leafCount;
        stored.priorityOpTotal = previous.priorityOpTotal + batch.priorityOpCount;
        stored.committedAt = uint64(block.timestamp);
        stored.importedRootCount = batch.importedRootCount;
        stored.protocolVersion = context.protocolVersion;
        stored.oldStateRoot = previous.newStateRoot;
        stored.newStateRoot = batch.newStateRoot;
        stored.diffDigest = batch.diffDigest;
        stored.point = reading.point;
        stored.evaluation = reading.evaluation;
        stored.outputsHash = reading.outputsHash;
        stored.l2LogsTreeRoot = reading.l2LogsTreeRoot;
        stored.importedRootsRollingHash = batch.importedRootsRollingHash;
        stored.flowsHash = reading.flowsHash;
        stored.extensions = reading.extensions;
    }

    /// @dev Whether the arguments are the transaction's own input, which every node serves, in the encoding that every reader
    /// takes. The compiler's decoder accepts more than the ABI's one encoding (offsets that point backwards, missing padding), which
    /// strict decoders refuse: such data would be on L1, and no software could rebuild the chain from them.
    function _isOwnInput(StoredBatch calldata previous, ApprovedBatch[] calldata batches) private view returns (bool) {
        if (!_isFromAccount()) return false;
        uint256 free = _freeMemory();
        return _isInput(free, abi.encodeCall(IBatchCommits.commitBatches, (previous, batches)));
    }
}
