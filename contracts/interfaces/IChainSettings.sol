// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {IBatchReader} from "./IBatchReader.sol";
import {IChainTerms} from "./IChainTerms.sol";
import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";
import {IVerifierRegistry} from "./IVerifierRegistry.sol";
import {ISettingsChanges} from "./ISettingsChanges.sol";

/// @notice Settings of a chain that a commit reads.
struct CommitSettings {
    uint256 protocolVersion;
    IBatchReader reader;
    address dataAvailabilityPolicy;
    bool cheatsAllowed;
    uint64 priorityOpWindow;
    bytes32 configurationHash;
}

/// @notice Initial state of a chain, as named at its creation.
struct ImportSettings {
    uint32 batches;
    bytes32 stateRoot;
    bytes32 data;
}

/// @notice A chain's way to its next protocol version.
/// @param version Of the batches that begin once the upgrade counts; 0 where none is scheduled.
/// @param effectiveAt Seconds. A batch whose first block is older keeps the version before.
/// @param operations A batch that follows fewer operations keeps the version before: all that was queued when the upgrade was
/// scheduled runs under the rules that its payer knew.
struct Upgrade {
    uint256 version;
    uint64 effectiveAt;
    uint64 operations;
}

/// @notice Settings of a chain that a request for an operation reads.
struct QueueSettings {
    address transactionFilterer;
    uint64 priorityOpWindow;
    uint64 priorityGasPerSecond;
    uint128 l2GasPrice;
}

/// @notice Settings that an execution reads from its chain.
/// @param executionDelay Seconds between commit and execution of a batch.
/// @param requiresSecondCheck Whether the current terms require the second check.
struct ExecutionSettings {
    uint64 executionDelay;
    bool requiresSecondCheck;
}

/// @title The settings of all chains, and the count of their validators' signatures
/// @notice A separate contract, because chains' contracts would be too large with it. Settings are written
/// once, when a chain is created. What can change changes with a notice in which every account can leave: the
/// protocol version, for another that governance has added, and the chain's terms (IChainTerms). The chain's
/// contract, its address and its assets stay.
///
/// Which version a batch has follows from the batch itself: from the time of its first block, which is never
/// ahead of L1's clock, and from the operations before it. So sequencer, validators and L1 agree on it
/// whenever the batch is committed.
/// @dev Chains trust it wholly: one that lied could name other validators. An admin can do no more than
/// governance has prepared: a version's verifier serves all chains, and nothing in a version holds assets.
interface IChainSettings is ISettingsChanges, IChainTerms {
    error QuorumTooSmall(uint256 expected, uint256 actual);
    error SignersNotAscending(address previous, address next);
    error NotAValidator(address signer);
    /// @notice On a chain whose order is L1's queue alone no account gets the fees: who settles changes nothing of its state.
    error CoinbaseOfQueue(address coinbase);
    /// @notice Every batch of a chain in this mode has an operation of the queue.
    error BatchWithoutOperation(uint256 batchNumber);

    /// @notice Initial state with which the chain was created.
    function importsOf(uint256 chainId) external view returns (ImportSettings memory);

    /// @notice Reverts unless enough validators of the chain's present epoch signed the digest, or enough accounts of its standby, by
    /// strictly ascending signers, all of the one or all of the other. The digest must bind the chain: the same validators may sign for
    /// several. Always reverts for a chain without a quorum.
    /// @return isByStandby Whether the standby alone has signed. The chain must then refuse, unless its queue is overdue.
    function requireQuorum(uint256 chainId, bytes32 digest, bytes[] calldata signatures)
        external
        view
        returns (bool isByStandby);

    /// @notice Seconds from the deadline of an operation that is left until the chain's standby counts: a window for batches, from when
    /// on L1 takes none without it; the longest delay of its execution more for reverts, by when a live chain has executed it.
    function standbyAfterDeadline(uint256 chainId, bool isRevert) external view returns (uint256);

    /// @notice Reverts for a chain with a quorum, and, where its order is L1's queue alone, for a batch that not every account would derive:
    /// one whose fees an account gets, or one without operations behind the first, which brings the configuration.
    function requireNoQuorum(uint256 chainId, uint256 batchNumber, uint256 operations, address coinbase) external view;

    /// @notice All settings of a chain at its creation; empty for a chain that was not created.
    function configurationOf(uint256 chainId) external view returns (ChainConfiguration memory);

    /// @notice The chain's next version, and what it waits for; empty where none was scheduled since the last that took effect.
    function upgradeOf(uint256 chainId) external view returns (Upgrade memory);

    /// @notice The protocol version of a batch.
    /// @param firstTimestamp Of its first block, seconds.
    /// @param operations Operations that the batches before it took from the queue.
    function versionOfBatch(uint256 chainId, uint64 firstTimestamp, uint64 operations) external view returns (uint256);

    /// @notice Seconds from an upgrade's announcement to its effect: long enough to force an operation in, or to stop the chain that
    /// does not execute it, with what was taken committed, proven and executed, and `reactionTime` to decide upon it.
    function upgradeNotice(uint256 chainId) external view returns (uint256);

    /// @notice Seconds that everyone has to look at a version that a chain is about to take.
    function reactionTime() external view returns (uint256);

    /// @notice Settings for a batch with that first timestamp, after that number of operations. Reverts like
    /// the registry's `requireActive` where the chain follows governance.
    function forCommit(uint256 chainId, uint64 firstTimestamp, uint64 operations)
        external
        view
        returns (CommitSettings memory);

    function forQueue(uint256 chainId) external view returns (QueueSettings memory);

    /// @notice Verifier of a version. Reverts like the registry's `requireActive` where the chain follows
    /// governance.
    function verifierOf(uint256 chainId, uint256 version) external view returns (IStateTransitionVerifier);

    /// @notice Aggregator of a version. Reverts with UnknownProtocolVersion for one that was not added.
    /// @return aggregator 0 where the version proves no execution.
    /// @return isStopped Whether governance or council have stopped the chain's batches of it.
    function aggregatorOf(uint256 chainId, uint256 version) external view returns (address aggregator, bool isStopped);

    /// @notice For the execution of a batch of this version. Reverts like the registry's `requireExecutable` if the chain follows
    /// governance.
    function forExecution(uint256 chainId, uint256 version) external view returns (ExecutionSettings memory);

    /// @notice Seconds from an operation's deadline until the exit opens: the window, within which L1 still takes batches without the
    /// operation, and the exit delay.
    function exitAfterDeadline(uint256 chainId) external view returns (uint256);

    /// @notice Registry of the versions that chains may take.
    function verifiers() external view returns (IVerifierRegistry);

    function factory() external view returns (address);
}
