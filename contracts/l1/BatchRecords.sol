// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TransactionTree} from "../libraries/TransactionTree.sol";
import {BatchRecord} from "../types/BatchRecord.sol";
import {StoredBatch} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Records that a chain's contract sends to the registry besides log roots
abstract contract BatchRecords is HyperchainStorage {
    uint64 private constant NO_BATCH = type(uint64).max;

    /// @dev Record of a batch that executes now.
    /// @param refused Ids of chains that did not exist yet when it sent assets to them.
    function _recordOfBatch(StoredBatch calldata batch, uint256[] memory refused)
        internal
        returns (BatchRecord memory record)
    {
        (lastExecutedBlock, recordedAt) = (batch.lastBlock, uint64(block.timestamp));
        // The registry has no version of more than 32 bits.
        executedVersion = uint32(batch.protocolVersion);
        record.protocolVersion = batch.protocolVersion;
        record.oldStateRoot = batch.oldStateRoot;
        record.newStateRoot = batch.newStateRoot;
        record.partition = batch.partition;
        record.extensions = batch.extensions;
        record.lastBlock = batch.lastBlock;
        record.lastTimestamp = batch.lastTimestamp;
        record.executedAt = uint64(block.timestamp);
        record.provenSince = provenSince;
        record.firstTimestamp = batch.firstTimestamp;
        record.refused = TransactionTree.hashRefused(refused);
    }

    /// @dev Record of the chain's present state.
    function _recordOfMark() internal returns (BatchRecord memory record) {
        recordedAt = uint64(block.timestamp);
        record.protocolVersion = executedVersion;
        record.oldStateRoot = stateRoot;
        record.newStateRoot = stateRoot;
        record.lastBlock = lastExecutedBlock;
        record.lastTimestamp = hasExited ? NO_BATCH : 0;
        record.executedAt = uint64(block.timestamp);
        record.provenSince = NO_BATCH;
        record.firstTimestamp = record.lastTimestamp;
    }
}
