// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../../interfaces/IBatchCommits.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IDataCarrier} from "../../interfaces/IDataCarrier.sol";
import {IL1Messenger} from "../../interfaces/l2/IL1Messenger.sol";
import {Predeploys} from "../../l2/Predeploys.sol";
import {ApprovedBatch, BatchApproval, CommitBatch, StoredBatch} from "../../types/Batches.sol";

/// @title Pubdata in messages of the chain below: a rollup on a rollup
contract DataCarrier is IDataCarrier {
    bytes1 private constant CARRIED_PUBDATA = 0x07;
    /// @dev The messenger takes no longer message than 65,536 bytes.
    uint256 private constant BYTES_PER_MESSAGE = 60_000;

    /// @inheritdoc IDataCarrier
    mapping(address hyperchain => mapping(bytes32 hash => bool)) public isCodeCarried;

    /// @dev Present commit: hash of the chain's contract and of the pubdata. The chain's contract calls none
    /// but the contracts of its settlement, so it commits one batch while this is set.
    bytes32 private transient carried;

    /// @inheritdoc IDataCarrier
    function commit(
        address hyperchain,
        StoredBatch calldata previous,
        CommitBatch calldata batch,
        BatchApproval calldata approval
    ) external {
        if (batch.pubdata.length == 0) revert NothingToCarry(hyperchain, batch.batchNumber);
        if (batch.transactionsHash != 0) revert TransactionsHashNotCarried(hyperchain, batch.transactionsHash);
        _carry(hyperchain, batch);
        carried = _key(hyperchain, keccak256(batch.pubdata));
        ApprovedBatch[] memory one = new ApprovedBatch[](1);
        one[0] = ApprovedBatch({batch: batch, approval: approval});
        IBatchCommits(hyperchain).commitBatches(previous, one);
        carried = 0;
    }

    /// @inheritdoc IDataCarrier
    function recordCodes(bytes32[] calldata published, bytes32[] calldata required) external {
        mapping(bytes32 hash => bool) storage known = isCodeCarried[msg.sender];
        for (uint256 i = 0; i < published.length; ++i) known[published[i]] = true;
        for (uint256 i = 0; i < required.length; ++i) {
            if (!known[required[i]]) revert CodeNotCarried(msg.sender, required[i]);
        }
    }

    /// @inheritdoc IDataAvailabilityPolicy
    /// @dev Binds nothing. A chain without a quorum wants its settler bound, and cannot have this policy.
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        if (carried != _key(msg.sender, claim.pubdataHash)) revert NotCarried(msg.sender, claim.pubdataHash);
        if (policyData.length != 0) revert MalformedPolicyData(0, policyData.length);
        return keccak256("");
    }

    function _carry(address hyperchain, CommitBatch calldata batch) private {
        bytes memory head = _head(batch);
        uint256 length = batch.pubdata.length;
        uint8 part = 0;
        for (uint256 start = 0; start < length; start += BYTES_PER_MESSAGE) {
            uint256 end = start + BYTES_PER_MESSAGE < length ? start + BYTES_PER_MESSAGE : length;
            bytes memory message = abi.encodePacked(
                CARRIED_PUBDATA, hyperchain, batch.batchNumber, part, head, batch.pubdata[start:end]
            );
            IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(message);
            head = "";
            ++part;
        }
    }

    function _head(CommitBatch calldata batch) private view returns (bytes memory) {
        return abi.encodePacked(
            uint64(block.timestamp),
            batch.lastBlock,
            batch.firstTimestamp,
            batch.lastTimestamp,
            batch.priorityOpCount,
            batch.importedRootCount,
            batch.cheatCount,
            batch.coinbase,
            batch.importedRootsRollingHash,
            batch.newStateRoot
        );
    }

    function _key(address hyperchain, bytes32 pubdataHash) private pure returns (bytes32) {
        return keccak256(abi.encode(hyperchain, pubdataHash));
    }
}
