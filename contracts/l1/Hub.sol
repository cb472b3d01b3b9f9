// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HubCertificate, HubDecision, HubHeader, HubProof, IHub} from "../interfaces/IHub.sol";
import {IHubProofs} from "../interfaces/IHubProofs.sol";
import {AggregatedBatch} from "../interfaces/IProofAggregator.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Hub
contract Hub is IHub {
    bytes32 private constant HEADER_TAG = keccak256("hyperchain.hub-header.v1");
    bytes32 private constant CONTENTS_TAG = keccak256("hyperchain.hub-contents.v1");
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)");
    bytes32 private constant VOTE_TYPE =
        keccak256("BlockVote(uint8 kind,uint64 epoch,uint64 view,bytes32 id,uint64 signedAt)");
    /// @dev Kind of a vote that makes a decision final.
    uint256 private constant FINALIZE = 3;
    /// @dev Digest of a hub without members and facts (fixtures/hub/state.json).
    bytes32 private constant EMPTY_STATE = 0x320ee0086a240ee81e0cb9ca7e8dbc4448f218dd348a787e6f4eb043711855e9;
    uint256 private constant MAX_AGGREGATORS = 32;
    uint64 private constant MIN_NOTICE = 1 minutes;
    uint64 private constant MAX_NOTICE = 365 days;

    struct Epoch {
        uint64 since;
        address[] aggregators;
    }

    /// @inheritdoc IHub
    IHubProofs public immutable aggregator;
    /// @inheritdoc IHub
    address public immutable admin;
    /// @inheritdoc IHub
    uint64 public immutable noticeSeconds;
    Epoch[] private epochs;
    HubHeader private newest;

    constructor(IHubProofs aggregator_, address admin_, uint64 notice, address[] memory aggregators) {
        if (notice < MIN_NOTICE || notice > MAX_NOTICE) revert NoticeOutOfRange(notice);
        _requireAscending(aggregators);
        (aggregator, admin, noticeSeconds) = (aggregator_, admin_, notice);
        epochs.push(Epoch(uint64(block.timestamp), aggregators));
        newest.state = EMPTY_STATE;
    }

    /// @inheritdoc IHub
    function land(
        HubHeader calldata header,
        AggregatedBatch[] calldata batches,
        HubProof calldata proof,
        HubCertificate calldata certificate
    ) external {
        bytes32 stateBefore = _requireNext(header);
        _requireContents(header.contents, batches, proof.evidence);
        _requireCertificate(header, certificate);
        newest = header;
        bytes32 hash = _hash(header);
        emit BlockLanded(header.number, hash, header.state);
        if (!_isFromAccount()) emit ContentsPublished(header.number, hash, header, batches, proof.evidence);
        // The aggregator reports skipped batches.
        aggregator.proveHub(batches, proof.digest, stateBefore, header.state, proof.proof);
    }

    /// @inheritdoc IHub
    function scheduleAggregators(address[] calldata next) external {
        if (msg.sender != admin) revert OnlyAdmin(admin, msg.sender);
        _requireAscending(next);
        if (epochs[epochs.length - 1].since > block.timestamp) epochs.pop();
        uint64 since = uint64(block.timestamp) + noticeSeconds;
        epochs.push(Epoch(since, next));
        emit AggregatorsScheduled(uint64(epochs.length - 1), since, next);
    }

    /// @inheritdoc IHub
    function head() external view returns (HubHeader memory) {
        return newest;
    }

    /// @inheritdoc IHub
    function headHash() external view returns (bytes32) {
        return _hash(newest);
    }

    /// @inheritdoc IHub
    function epochAt(uint64 epoch) external view returns (uint64 since, address[] memory aggregators) {
        Epoch storage each = epochs[epoch];
        return (each.since, each.aggregators);
    }

    /// @inheritdoc IHub
    function currentEpoch() public view returns (uint64) {
        uint256 last = epochs.length - 1;
        return uint64(epochs[last].since > block.timestamp ? last - 1 : last);
    }

    /// @dev A sender with code (EIP-7702) can be the origin and yet call from within.
    function _isFromAccount() private view returns (bool) {
        return msg.sender == tx.origin && msg.sender.code.length == 0;
    }

    /// @return The state before the header.
    function _requireNext(HubHeader calldata header) private view returns (bytes32) {
        HubHeader memory before = newest;
        bytes32 expected = _hash(before);
        if (header.parent != expected || header.number != before.number + 1) {
            revert HeadMismatch(expected, header.parent);
        }
        return before.state;
    }

    function _requireCertificate(HubHeader calldata header, HubCertificate calldata certificate) private view {
        _requireCounted(certificate.epoch);
        _requireVotes(certificate, _requireDecisions(header, certificate.decisions));
    }

    /// @return id Id of the last decision, which was voted for.
    function _requireDecisions(HubHeader calldata header, HubDecision[] calldata decisions)
        private
        pure
        returns (bytes32 id)
    {
        if (decisions.length == 0 || keccak256(decisions[0].content) != keccak256(abi.encode(header))) {
            revert DecisionMismatch(0);
        }
        id = _idOf(decisions[0]);
        for (uint256 i = 1; i < decisions.length; ++i) {
            if (decisions[i].parent != id) revert DecisionMismatch(i);
            id = _idOf(decisions[i]);
        }
    }

    function _requireVotes(HubCertificate calldata certificate, bytes32 id) private view {
        address[] memory voters = epochs[certificate.epoch].aggregators;
        uint256 expected = _quorumOf(voters.length);
        uint256 count = certificate.signatures.length;
        if (count < expected || certificate.signedAt.length != count) revert VotesMissing(expected, count);
        bytes32 domain = _domain(certificate.life);
        uint256 place;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 digest = Signatures.typedDataHash(domain, _voteHash(certificate, id, i));
            address signer = Signatures.recover(digest, certificate.signatures[i]);
            // Both lists ascend, so one pass finds each signer, and no signer twice.
            while (place < voters.length && voters[place] < signer) ++place;
            if (place == voters.length || voters[place] != signer) revert SignerRefused(signer);
            ++place;
        }
    }

    function _domain(bytes32 life) private view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Hyperchain Hub"), keccak256("1"), block.chainid, address(this), life)
        );
    }

    function _voteHash(HubCertificate calldata certificate, bytes32 id, uint256 index) private pure returns (bytes32) {
        uint64 turn = certificate.decisions[certificate.decisions.length - 1].turn;
        return keccak256(abi.encode(VOTE_TYPE, FINALIZE, certificate.epoch, turn, id, certificate.signedAt[index]));
    }

    /// @dev The epoch before counts for one more notice: its last blocks are still to land.
    function _requireCounted(uint64 epoch) private view {
        uint64 current = currentEpoch();
        if (epoch == current) return;
        bool isBefore = current != 0 && epoch == current - 1;
        if (isBefore && block.timestamp < epochs[current].since + noticeSeconds) return;
        revert EpochNotCounted(current, epoch);
    }

    function _requireContents(bytes32 expected, AggregatedBatch[] calldata batches, bytes32 evidence) private pure {
        bytes32[] memory words = new bytes32[](2 * batches.length);
        for (uint256 i = 0; i < batches.length; ++i) {
            words[2 * i] = bytes32(batches[i].chainId);
            words[2 * i + 1] = keccak256(abi.encode(batches[i].batch));
        }
        bytes32 actual = keccak256(abi.encode(CONTENTS_TAG, keccak256(abi.encodePacked(words)), evidence));
        if (actual != expected) revert ContentsMismatch(expected, actual);
    }

    /// @dev Count at which two quorums have an honest aggregator in common, if less than a third lies.
    function _quorumOf(uint256 count) private pure returns (uint256) {
        return (count + (count - 1) / 3) / 2 + 1;
    }

    function _requireAscending(address[] memory aggregators) private pure {
        uint256 count = aggregators.length;
        if (count == 0 || count > MAX_AGGREGATORS) revert AggregatorsRefused(count);
        address before;
        for (uint256 i = 0; i < count; ++i) {
            if (aggregators[i] <= before) revert AggregatorsRefused(i);
            before = aggregators[i];
        }
    }

    function _idOf(HubDecision calldata decision) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(decision.turn, decision.parent, decision.content));
    }

    function _hash(HubHeader memory header) private pure returns (bytes32) {
        return keccak256(abi.encode(HEADER_TAG, header));
    }
}
