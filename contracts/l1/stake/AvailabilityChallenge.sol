// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Challenge, CommitmentOpening, IAvailabilityChallenge} from "../../interfaces/IAvailabilityChallenge.sol";
import {IBatches} from "../../interfaces/IBatches.sol";
import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {LeafPath, LowLeaf, StateKey, StateLeaf} from "../../interfaces/IStateTree.sol";
import {BatchCommitment, DaCommitmentFields} from "../../libraries/BatchCommitment.sol";
import {Signatures} from "../../libraries/Signatures.sol";
import {StoredBatch} from "../../types/Batches.sol";
import {IVersioned} from "../StoppedChains.sol";

/// @title Requests for data that guardians signed for
abstract contract AvailabilityChallenge is IAvailabilityChallenge {
    bytes32 private constant DOMAIN_NAME = keccak256("HyperchainAvailability");
    bytes32 private constant AVAILABILITY_TYPE =
        keccak256("DataAvailability(bytes32 preCommitment,bytes32 pubdataHash,uint64 validUntil)");
    /// @dev Seconds for which L1 accepts a signature: the time of a commit until it is mined. The second before them has the weights.
    uint48 internal constant VALIDITY = 1 hours;
    uint8 private constant STORAGE = 0;
    uint256 private constant HIGHEST_KIND = 3;
    /// @dev Ten times the gas of an answer.
    uint256 private constant BOND_GAS = 10_000_000;
    /// @dev The transaction itself, 1,300 bytes of calldata and the payment, which no counter in the call sees.
    uint256 private constant ANSWER_OVERHEAD_GAS = 80_000;

    /// @inheritdoc IAvailabilityChallenge
    IChainFactory public immutable factory;
    uint48 internal immutable retention;
    uint48 internal immutable answerTime;
    uint48 internal immutable slashTime;
    uint128 internal immutable bond;

    /// @inheritdoc IAvailabilityChallenge
    uint256 public challengeCount;
    mapping(uint256 id => Challenge) private challenges;

    constructor(IChainFactory factory_, uint48 retention_, uint48 answerTime_, uint48 slashTime_, uint128 bond_) {
        if (answerTime_ == 0 || slashTime_ == 0) revert AnswerTimesMissing();
        factory = factory_;
        retention = retention_;
        answerTime = answerTime_;
        slashTime = slashTime_;
        bond = bond_;
    }

    /// @inheritdoc IAvailabilityChallenge
    function open(
        uint256 chainId,
        StoredBatch calldata batch,
        CommitmentOpening calldata opening,
        StateKey calldata key
    ) external payable returns (uint256 id) {
        uint256 lowest = lowestBond(block.basefee);
        if (msg.value < lowest) revert BondTooSmall(lowest, msg.value);
        if (key.kind > HIGHEST_KIND) revert KindUnknown(HIGHEST_KIND, key.kind);
        if (key.kind != STORAGE && key.slot != 0) revert SlotUnexpected(0, key.slot);
        address hyperchain = factory.getHyperchain(chainId);
        if (hyperchain == address(0)) revert ChainWithoutContract(chainId);
        _requireExecuted(IBatches(hyperchain), batch);
        _requireOpened(batch, opening);
        id = ++challengeCount;
        uint48 deadline = uint48(block.timestamp) + answerTime;
        challenges[id] = Challenge({
            challenger: msg.sender,
            deadline: deadline,
            isAnswered: false,
            // Below the coins of every layer.
            bond: uint128(msg.value),
            preCommitment: opening.preCommitment,
            pubdataHash: opening.pubdataHash,
            stateRoot: batch.newStateRoot,
            tree: IVersioned(hyperchain).verifiers().contentOf(batch.protocolVersion).tree,
            key: key
        });
        emit ChallengeOpened(id, chainId, batch.batchNumber, key, deadline);
    }

    /// @inheritdoc IAvailabilityChallenge
    function answer(uint256 id, uint256 value, LeafPath calldata path) external {
        uint256 gasBefore = gasleft();
        Challenge storage challenge = _requireOpen(id);
        StateKey memory key = challenge.key;
        StateLeaf memory leaf =
            StateLeaf({kind: key.kind, account: key.account, slot: key.slot, value: value});
        _accept(id, challenge.tree.computeRoot(leaf, path), gasBefore);
    }

    /// @inheritdoc IAvailabilityChallenge
    function answerAbsence(uint256 id, LowLeaf calldata low, LeafPath calldata path) external {
        uint256 gasBefore = gasleft();
        Challenge storage challenge = _requireOpen(id);
        _accept(id, challenge.tree.computeRootWithout(challenge.key, low, path), gasBefore);
    }

    /// @inheritdoc IAvailabilityChallenge
    function report(uint256 id, uint64 validUntil, bytes calldata signature) external {
        Challenge storage challenge = challenges[id];
        if (challenge.challenger == address(0) || challenge.isAnswered) revert ChallengeNotOpen(id);
        uint256 deadline = challenge.deadline;
        if (block.timestamp <= deadline) revert AnswerTimeOpen(deadline, block.timestamp);
        if (block.timestamp > deadline + slashTime) revert ReportTooLate(deadline + slashTime, block.timestamp);
        bytes32 digest = _digest(challenge.preCommitment, challenge.pubdataHash, validUntil);
        address key = Signatures.recover(digest, signature);
        emit DataWithheld(id, key, msg.sender);
        _registry().slash("", key, _countedAt(validUntil), keccak256(abi.encode(id, key)), msg.sender, address(0));
    }

    /// @inheritdoc IAvailabilityChallenge
    function close(uint256 id) external {
        Challenge storage challenge = challenges[id];
        (address challenger, uint256 refund) = (challenge.challenger, challenge.bond);
        bool isAnswered = challenge.isAnswered;
        if (!isAnswered && block.timestamp <= challenge.deadline) {
            revert AnswerTimeOpen(challenge.deadline, block.timestamp);
        }
        if (refund == 0) revert NothingToReturn(id);
        // Reports need the others.
        if (isAnswered) delete challenges[id];
        else challenge.bond = 0;
        emit ChallengeClosed(id, refund);
        if (!LowLevelCall.callNoReturn(challenger, refund, "")) revert RefundFailed(challenger);
    }

    /// @inheritdoc IAvailabilityChallenge
    function challengeOf(uint256 id) external view returns (Challenge memory) {
        return challenges[id];
    }

    /// @inheritdoc IAvailabilityChallenge
    function lowestBond(uint256 baseFee) public view returns (uint256) {
        return Math.max(bond, BOND_GAS * baseFee);
    }

    /// @dev The answerer alone is paid: a challenger's code could spend the gas of the answer.
    function _accept(uint256 id, bytes32 stateRoot, uint256 gasBefore) private {
        Challenge storage challenge = challenges[id];
        if (stateRoot != challenge.stateRoot) revert AnswerMismatch(challenge.stateRoot, stateRoot);
        uint256 spent = (gasBefore - gasleft() + ANSWER_OVERHEAD_GAS) * block.basefee;
        uint256 reward = Math.min(challenge.bond, spent * 5 / 4);
        challenge.isAnswered = true;
        challenge.bond -= uint128(reward);
        emit ChallengeAnswered(id, msg.sender, reward);
        // An answerer without a way to receive coins has answered nevertheless.
        if (!LowLevelCall.callNoReturn(msg.sender, reward, "")) challenges[id].bond += uint128(reward);
    }

    function _registry() internal view virtual returns (IStakeRegistry);

    /// @dev EIP-712 digest of a guardian's signature.
    function _digest(bytes32 preCommitment, bytes32 pubdataHash, uint64 validUntil) internal view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(AVAILABILITY_TYPE, preCommitment, pubdataHash, validUntil));
        return Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
    }

    /// @dev Second whose weights count for a signature, and answer for it.
    function _countedAt(uint64 validUntil) internal pure returns (uint48) {
        return uint48(validUntil - VALIDITY);
    }

    function _requireOpen(uint256 id) private view returns (Challenge storage challenge) {
        challenge = challenges[id];
        if (challenge.challenger == address(0) || challenge.isAnswered) revert ChallengeNotOpen(id);
        if (block.timestamp > challenge.deadline) revert AnswerTooLate(challenge.deadline, block.timestamp);
    }

    function _requireExecuted(IBatches hyperchain, StoredBatch calldata batch) private view {
        uint256 executed = hyperchain.getTotalBatchesExecuted();
        if (batch.batchNumber >= executed) revert BatchNotExecuted(executed, batch.batchNumber);
        bytes32 expected = hyperchain.storedBatchHash(batch.batchNumber);
        bytes32 actual = keccak256(abi.encode(batch));
        if (actual != expected) revert StoredFormMismatch(expected, actual);
        uint256 latest = uint256(batch.committedAt) + retention;
        if (block.timestamp > latest) revert BatchTooOld(latest, block.timestamp);
    }

    /// @dev The commitment names the data that guardians signed for.
    function _requireOpened(StoredBatch calldata batch, CommitmentOpening calldata opening) private pure {
        bytes32 daCommitment = BatchCommitment.hashDaCommitment(
            DaCommitmentFields({
                pubdataHash: opening.pubdataHash,
                point: batch.point,
                evaluation: batch.evaluation,
                flowsHash: batch.flowsHash,
                policyDataHash: opening.policyDataHash,
                partitionDa: batch.partitionDa
            })
        );
        bytes32 actual = BatchCommitment.hashCommitment(opening.preCommitment, daCommitment);
        if (actual != batch.commitment) revert OpeningMismatch(batch.commitment, actual);
    }
}
