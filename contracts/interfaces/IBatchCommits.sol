// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetFlow} from "../types/AssetFlow.sol";
import {ApprovedBatch, BatchRevert, CommitBatch, ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {IBatchReadingErrors} from "./IBatchReader.sol";
import {IBatchStageErrors} from "./IBatchStageErrors.sol";

/// @title Commitment and revert of a chain's batches, and their settlement without a quorum
/// @notice Anyone may call these functions: the quorum's signatures, or the proof, and the order decide.
/// Batches are numbered from 0. Each names the one before it and starts from that one's state root.
/// @dev The quorum's signatures assert the execution of transactions (stage 0): a quorum that lies can change
/// its own chain's state as it likes, within the rules below, and so ruin its users. It can move assets of
/// other chains only out of its chain's balance. While its quorum is silent the chain is halted, and its exit
/// opens after an operation is overdue. A chain that was created without a quorum has `settle` instead: the
/// proof of its execution is all that counts.
interface IBatchCommits is IBatchReadingErrors, IBatchStageErrors {
    event BlockCommit(uint256 indexed batchNumber, bytes32 indexed batchHash, bytes32 indexed commitment);
    /// @notice The stored form of a committed batch, which later calls must bring along.
    event BatchStored(uint256 indexed batchNumber, StoredBatch batch);
    /// @notice The call that committed batches, in the ABI's one encoding, if it is not its transaction's own input: anyone can
    /// copy a commit into a contract that hides it. So every node's logs lead readers to the batches' logs.
    /// @param batchNumber Number of the first batch.
    event CommitCall(uint256 indexed batchNumber, bytes input);
    event BlocksRevert(uint256 totalBatchesCommitted, uint256 totalBatchesVerified, uint256 totalBatchesExecuted);

    /// @notice A call commits more batches than readers of L1 decode.
    error TooManyBatches(uint256 limit, uint256 actual);
    error BlockRangeInvalid(uint256 expectedFirst, uint256 first, uint256 last);
    error TimestampsNotMonotone(uint256 previous, uint256 first, uint256 last);
    error TimestampInFuture(uint256 latest, uint256 actual);
    error StateCheatsForbidden(uint256 cheatCount);
    error TooManyImports(uint256 limit, uint256 actual);
    error ExecutionTooExpensive(uint256 limit, uint256 actual);
    error PriorityOpsNotQueued(uint256 queued, uint256 actual);
    /// @notice The batch takes no operation, and by the chain's time the oldest was due before its last
    /// block.
    error PriorityOpOverdue(uint256 index, uint256 deadline, uint256 lastTimestamp);
    /// @notice The batch takes no operation, and by L1's time the oldest is past its deadline by the window.
    error PriorityOpOverdueOnL1(uint256 index, uint256 latest, uint256 actual);
    error ApprovalNotYetValid(uint256 validFrom, uint256 actual);
    error ApprovalExpired(uint256 validUntil, uint256 actual);
    error CommitmentMismatch(bytes32 expected, bytes32 actual);
    /// @notice The policy's data of a settled batch are not abi.encode(settler): it is another account's, or names none.
    error SettlerMismatch(address settler, bytes policyData);
    /// @notice The pubdata of a settled batch are withheld, or not in the transaction's own input, or oddly encoded there: settle by an account
    /// without code, with nothing behind the arguments.
    error PubdataNotPublished();
    /// @notice The standby alone has signed, and the quorum has left no operation for so long.
    error StandbyTooEarly(uint256 earliest, uint256 actual);
    error RevertOfExecuted(uint256 executed, uint256 actual);
    error NothingToRevert(uint256 committed, uint256 actual);
    error RevertCountMismatch(uint256 expected, uint256 actual);
    error RevertExpired(uint256 validUntil, uint256 actual);
    /// @notice The standby reverts only batches that are not proven.
    error RevertOfProven(uint256 verified, uint256 actual);

    /// @notice Commits the next batches in their order, all or none. Reverts with the error of the first batch that the chain refuses. A
    /// call of no batch changes nothing.
    /// @dev L1 reads the pubdata, or its replacement, rebuilds the log tree, sums the asset messages and
    /// evaluates the diff list (docs/protocol.md). It requires the quorum's EIP-712 signatures of the
    /// commitment, its number, the revert counter and the time in which they hold, by strictly ascending
    /// signers: what was signed before a revert cannot be committed after it. A batch that takes none of the
    /// waiting operations is refused from the oldest's deadline on by the chain's time, and from one window
    /// later on by L1's, whatever the chain's clock says. From that second on the standby's signatures do as
    /// well, until the operation is committed. Whether the pubdata counts as published depends on the sender
    /// too (IDataAvailabilityPolicy).
    /// @param previous The last committed batch, or the genesis record before the first.
    function commitBatches(StoredBatch calldata previous, ApprovedBatch[] calldata batches) external;

    /// @notice Commits, proves and executes the next batch of a chain without a quorum: its only way to L1, so that no account can block the chain
    /// with a batch that cannot be proven. Anyone, for a batch whose execution is proven.
    /// @dev All rules of commitBatches hold but the signatures. The pubdata must be this transaction's own input, in the ABI's one encoding, and
    /// `batch.policyData` must be abi.encode(msg.sender): what is proven names its settler, so a copied call is worth nothing, and no
    /// other account takes the fees. Errors of a bad proof are the aggregator's (IProofAggregator). A settlement voids the proofs that
    /// others made behind the same batch, however little it settles.
    /// @param digest The aggregate's, with this batch alone (A).
    /// @param proof For the aggregator of the batch's version; empty if its storeProof has taken it, for a batch with which the proof
    /// does not fit the transaction.
    function settle(
        StoredBatch calldata previous,
        CommitBatch calldata batch,
        bytes32 digest,
        bytes calldata proof,
        ImportedRoot[] calldata imports,
        AssetFlow[] calldata flows
    ) external;

    /// @notice Reverts committed and proven batches from a number onwards. Needs the quorum's EIP-712
    /// signatures of the stored records of the first and the last of them, the revert counter and a time: a
    /// revert that was signed for other batches, or long ago, reverts nothing. The standby's signatures do
    /// for batches that are not proven, once the oldest operation that is not executed is overdue by a window
    /// and the chain's longest delay.
    function revertBatches(BatchRevert calldata reversal, bytes[] calldata signatures) external;
}
