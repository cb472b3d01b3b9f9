// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";
import {IChainFactory} from "./IChainFactory.sol";
import {IStateTree, LeafPath, LowLeaf, StateKey} from "./IStateTree.sol";

/// @notice Parts of a batch's commitment that its stored form lacks.
/// @param policyDataHash What the chain's data availability policy bound.
struct CommitmentOpening {
    bytes32 preCommitment;
    bytes32 pubdataHash;
    bytes32 policyDataHash;
}

/// @notice Request for one leaf of the state after an executed batch.
/// @param challenger 0 if no request has this number, or if it was answered and closed.
/// @param deadline Last second of an answer.
/// @param isAnswered True if the leaf or its absence was shown.
/// @param bond Wei that the challenger receives when the request is closed.
/// @param preCommitment Signed by guardians, with the hash of the pubdata.
/// @param stateRoot State after the batch.
/// @param tree Hashes paths of the state.
struct Challenge {
    address challenger;
    uint48 deadline;
    bool isAnswered;
    uint128 bond;
    bytes32 preCommitment;
    bytes32 pubdataHash;
    bytes32 stateRoot;
    IStateTree tree;
    StateKey key;
}

/// @title Requests for data that guardians signed for
/// @notice Any account requests a leaf of the state after an executed batch, with a bond. An account that shows the leaf, or that the state has
/// none, is paid for the gas from the bond. If no account does until the deadline, each key that signed for the batch's data can be slashed.
/// @dev Trusted: the factory, to name chains' contracts, and these, to store the hashes of their batches. A chain that is stopped or frozen
/// changes nothing: versions need not be active. One leaf is requested, so a guardian that has all others is slashed, and one
/// answer of any account saves all. It shows nothing about contracts' codes, and nothing about a porter's tree.
interface IAvailabilityChallenge {
    error AnswerTimesMissing();
    error ChainWithoutContract(uint256 chainId);
    /// @notice Batches that are not executed can be reverted, and their data lost with them.
    error BatchNotExecuted(uint256 executed, uint256 batchNumber);
    error StoredFormMismatch(bytes32 expected, bytes32 actual);
    /// @notice Guardians' stake no longer answers for this batch.
    error BatchTooOld(uint256 latest, uint256 actual);
    error OpeningMismatch(bytes32 expected, bytes32 actual);
    /// @notice No state has a leaf of this kind, and no path could show that.
    error KindUnknown(uint256 highest, uint256 actual);
    /// @notice Storage alone has slots.
    error SlotUnexpected(uint256 expected, uint256 actual);
    error BondTooSmall(uint256 lowest, uint256 actual);
    /// @notice No request has this number, or it was answered.
    error ChallengeNotOpen(uint256 id);
    error AnswerTooLate(uint256 latest, uint256 actual);
    error AnswerMismatch(bytes32 expected, bytes32 actual);
    /// @notice An answer can still arrive.
    error AnswerTimeOpen(uint256 until, uint256 actual);
    error ReportTooLate(uint256 latest, uint256 actual);
    error NothingToReturn(uint256 id);
    error RefundFailed(address challenger);

    event ChallengeOpened(
        uint256 indexed id, uint256 indexed chainId, uint256 indexed batchNumber, StateKey key, uint256 deadline
    );
    event ChallengeAnswered(uint256 indexed id, address indexed answerer, uint256 reward);
    event DataWithheld(uint256 indexed id, address indexed key, address indexed reporter);
    event ChallengeClosed(uint256 indexed id, uint256 refund);

    /// @notice Requests a leaf of the state after an executed batch, whose commit is at most `retention` old. Called by any account, with at
    /// least `lowestBond` wei. A bond above it pays for an answer if L1's fee rises.
    function open(
        uint256 chainId,
        StoredBatch calldata batch,
        CommitmentOpening calldata opening,
        StateKey calldata key
    ) external payable returns (uint256 id);

    /// @notice Shows the value of the requested leaf until the deadline. Called by any account, which receives 1.25 of the base fee for the
    /// gas, at most the bond. The payment is not in a node's estimate, which is made without a base fee: name a gas limit.
    function answer(uint256 id, uint256 value, LeafPath calldata path) external;

    /// @notice Shows that the state lacks the leaf. Otherwise like `answer`.
    function answerAbsence(uint256 id, LowLeaf calldata low, LeafPath calldata path) external;

    /// @notice Takes the stake of a key that signed for the data of an unanswered request, within `slashTime` after the deadline. Called by any
    /// account: the registry pays a tenth to it and burns the rest, so that no guardian saves its stake by a report of itself.
    /// @param validUntil End of the signature, which is in it.
    function report(uint256 id, uint64 validUntil, bytes calldata signature) external;

    /// @notice Pays the rest of the bond to the challenger, after an answer or the deadline. Called by any account: an answer pays only its
    /// sender, so that no challenger can make it fail.
    function close(uint256 id) external;

    /// @notice The request of this number, from 1.
    function challengeOf(uint256 id) external view returns (Challenge memory);

    /// @notice Requests until now.
    function challengeCount() external view returns (uint256);

    /// @notice Wei of a bond in a block with this base fee: ten times the cost of an answer, or the network's minimum. Nodes run calls
    /// without a base fee, so the caller names it.
    function lowestBond(uint256 baseFee) external view returns (uint256);

    /// @notice Names the chains' contracts.
    function factory() external view returns (IChainFactory);
}
