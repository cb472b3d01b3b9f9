// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IHubProofs} from "./IHubProofs.sol";
import {AggregatedBatch} from "./IProofAggregator.sol";

/// @notice Header of a hub's block (docs/protocol.md, §13).
/// @param parent Hash of the header before.
/// @param state Digest of the hub's state after the block.
/// @param contents Hash of its batches and of the aggregators' evidence for them.
struct HubHeader {
    uint64 number;
    bytes32 parent;
    bytes32 state;
    bytes32 contents;
}

/// @notice A decision of the aggregators.
/// @param turn View: the turn of its leader.
/// @param parent Id of the decision before.
/// @param content Encoded header of a block, or something else.
struct HubDecision {
    uint64 turn;
    bytes32 parent;
    bytes content;
}

/// @notice Votes of a quorum that make a decision final, and with it those before.
/// @param life Salt of the votes' domain: differs after each start of the aggregators.
/// @param decisions From the decision of the block to the one that was voted for, which are mostly the same.
/// @param signedAt Second of each vote.
/// @param signatures In the ascending order of their signers.
struct HubCertificate {
    uint64 epoch;
    bytes32 life;
    HubDecision[] decisions;
    uint64[] signedAt;
    bytes[] signatures;
}

/// @notice Proof of a block, as `proveHub` takes it.
/// @param evidence Digest of the aggregators' evidence, a part of the block's contents.
struct HubProof {
    bytes32 digest;
    bytes32 evidence;
    bytes proof;
}

/// @title Hub
/// @notice Stores the newest block of a group of aggregators, so that newcomers find its state by one digest. Any
/// account deploys one, and it has no power over a chain:
/// chains believe the aggregator of their version, and a batch that is not proven by a hub is proven by its chain
/// alone.
/// @dev Aggregators that lie store a state that follows from no batches; no account loses anything by it, because facts
/// are checked by their importers and by L1.
interface IHub {
    event BlockLanded(uint64 indexed number, bytes32 indexed hash, bytes32 state);
    /// @notice Contents of a block that a contract has landed, or an account with code, for nodes that lack the block: no input of a
    /// transaction need contain them. If an account without code calls `land`, its transaction's input contains them.
    /// @param evidence Digest of the aggregators' evidence; `header.contents` binds batches and evidence.
    event ContentsPublished(
        uint64 indexed number, bytes32 indexed hash, HubHeader header, AggregatedBatch[] batches, bytes32 evidence
    );
    event AggregatorsScheduled(uint64 indexed epoch, uint64 since, address[] aggregators);

    /// @notice The header does not follow the newest one.
    error HeadMismatch(bytes32 expected, bytes32 actual);
    /// @notice The batches or the evidence are not those of the header.
    error ContentsMismatch(bytes32 expected, bytes32 actual);
    /// @notice The first decision has another content than the header, or one does not follow the one before.
    error DecisionMismatch(uint256 index);
    /// @notice Votes of this epoch do not count now.
    error EpochNotCounted(uint64 current, uint64 actual);
    error VotesMissing(uint256 expected, uint256 actual);
    /// @notice The signer is not an aggregator of the epoch, or its signature does not follow that of a lower
    /// address.
    error SignerRefused(address signer);
    error OnlyAdmin(address expected, address actual);
    /// @notice There are 1 to 32 aggregators, in ascending order and without 0.
    error AggregatorsRefused(uint256 index);
    /// @notice The notice is not between one minute and one year.
    error NoticeOutOfRange(uint64 noticeSeconds);

    /// @notice Stores the block's header and has its batches proven. The head moves also if chains refuse batches, so
    /// no revert of a member stops a hub. Anyone may call: the
    /// certificate decides. Reverts if the header does not follow the head, the certificate is invalid, or the proof
    /// is.
    function land(
        HubHeader calldata header,
        AggregatedBatch[] calldata batches,
        HubProof calldata proof,
        HubCertificate calldata certificate
    ) external;

    /// @notice Schedules the aggregators of the next epoch, after the notice; replaces those that are scheduled. Only
    /// the admin. Votes of the epoch before count for
    /// another notice, so that its last blocks land.
    function scheduleAggregators(address[] calldata next) external;

    /// @notice Header of the newest block.
    function head() external view returns (HubHeader memory);

    /// @notice Hash of the newest header: the parent of the next one.
    function headHash() external view returns (bytes32);

    /// @notice Number of the current epoch.
    function currentEpoch() external view returns (uint64);

    /// @notice Aggregators of an epoch, and the second since which it is the current one. Reverts for an unknown
    /// epoch.
    function epochAt(uint64 epoch) external view returns (uint64 since, address[] memory aggregators);

    /// @notice Account that schedules aggregators.
    function admin() external view returns (address);

    function noticeSeconds() external view returns (uint64);

    /// @notice Contract that chains believe about proofs of their version.
    function aggregator() external view returns (IHubProofs);
}
