// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetFlow} from "./AssetFlow.sol";

/// @notice A committed batch. The contract keeps the keccak of its ABI encoding; callers bring it along.
/// @param lastBlock Number of its last block.
/// @param firstTimestamp Of its first block, seconds.
/// @param lastTimestamp Of its last block, seconds.
/// @param leafCount Leaves of the state tree after it; 0 where L1 cannot know, because data was withheld.
/// @param priorityOpTotal Operations taken from the queue up to and including this batch.
/// @param committedAt L1 time of the commit, seconds.
/// @param point Where the diff list is evaluated (r); 0 where the data is not on L1.
/// @param evaluation The diff list there (y); the entry count where the data is not on L1.
/// @param extensions Hash of its exports besides its logs.
/// @param nestedRoot Of a registry on this chain; 0 in versions 2 and 3, as the rest: no chain has a second state tree.
/// @param partitionRoot Of a second state tree after it.
/// @param partition What is committed of that tree's change.
/// @param partitionDa What is committed of that tree's data.
struct StoredBatch {
    uint64 batchNumber;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    uint64 leafCount;
    uint64 priorityOpTotal;
    uint64 committedAt;
    uint64 importedRootCount;
    uint256 protocolVersion;
    bytes32 commitment;
    bytes32 oldStateRoot;
    bytes32 newStateRoot;
    bytes32 diffDigest;
    bytes20 point;
    bytes20 evaluation;
    bytes32 outputsHash;
    bytes32 l2LogsTreeRoot;
    bytes32 importedRootsRollingHash;
    bytes32 flowsHash;
    bytes32 extensions;
    bytes32 nestedRoot;
    bytes32 partitionRoot;
    bytes32 partition;
    bytes32 partitionDa;
}

/// @notice Replacement of the pubdata if it is not on L1.
/// @param pubdataHash keccak256 of the pubdata.
/// @param entryCount Entries of the diff list; below the field's modulus.
/// @param logs Count of two bytes, then logs as in the pubdata; a message of a sender that moves no assets may be
/// `03 ‖ sender (20) ‖ keccak of the body (32)`, and one of held accounts `04 ‖ length (3) ‖ body`.
struct WithheldPubdata {
    bytes32 pubdataHash;
    uint32 entryCount;
    bytes logs;
}

/// @notice A batch on its way to L1.
/// @param coinbase Who gets the fees of its transactions.
/// @param transactionsHash Hash of the batch's inputs, on chains that export it (docs/protocol.md §11); else 0.
/// @param commitment What the submitter expects; the call fails if L1 computes another.
/// @param pubdata The complete pubdata, or nothing where it is withheld.
/// @param withheld Read only if `pubdata` is empty.
/// @param policyData For the chain's data availability policy.
struct CommitBatch {
    uint64 batchNumber;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    uint64 priorityOpCount;
    uint64 importedRootCount;
    uint64 cheatCount;
    address coinbase;
    bytes32 importedRootsRollingHash;
    bytes32 transactionsHash;
    bytes32 newStateRoot;
    bytes32 diffDigest;
    bytes32 commitment;
    bytes pubdata;
    WithheldPubdata withheld;
    bytes policyData;
}

/// @notice A part of a chain's first state, on its way to L1.
/// @param number Of the import, from 0.
/// @param diffDigest Of the import's changes, its outputs entry included.
/// @param pubdata As a batch's, without logs; nothing where it is withheld.
/// @param pubdataHash Read only if `pubdata` is empty.
/// @param entryCount Entries of the diff list; read only if `pubdata` is empty.
/// @param policyData For the chain's data availability policy.
/// @param proof That the changes lead from the state before to `newStateRoot`: for the verifier of the chain's version.
struct ImportBatch {
    uint32 number;
    bytes32 newStateRoot;
    bytes32 diffDigest;
    bytes pubdata;
    bytes32 pubdataHash;
    uint32 entryCount;
    bytes policyData;
    bytes proof;
}

/// @notice A quorum's word for a batch: L1 takes it from `validFrom` to `validUntil`, both included, by its own seconds.
/// @param signatures EIP-712 `BatchCommitment`, by strictly ascending signers.
struct BatchApproval {
    uint64 validFrom;
    uint64 validUntil;
    bytes[] signatures;
}

/// @notice A batch to commit, with its quorum's approval.
struct ApprovedBatch {
    CommitBatch batch;
    BatchApproval approval;
}

/// @notice Batches that a quorum reverts: all batches from `firstNumber` on. The fields of EIP-712 `BatchRevert`.
/// @param firstBatchHash Of the first batch that goes, as stored: by it and the next the quorum says what it has seen.
/// @param lastBatchHash Of the last committed batch, as stored.
/// @param revertCount How often the chain has reverted before.
/// @param validUntil Seconds of L1's time until which it may be used.
struct BatchRevert {
    uint256 firstNumber;
    bytes32 firstBatchHash;
    bytes32 lastBatchHash;
    uint256 revertCount;
    uint64 validUntil;
}

/// @notice A transaction root that a batch imported.
struct ImportedRoot {
    uint256 registryIndex;
    bytes32 root;
}

/// @notice A proven batch, with the lists that its execution takes.
struct BatchExecution {
    StoredBatch batch;
    ImportedRoot[] imports;
    AssetFlow[] flows;
}
