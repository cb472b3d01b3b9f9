// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {Guardian, GuardianTerms, IGuardianNetwork} from "../../interfaces/IGuardianNetwork.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {Members} from "../../libraries/Members.sol";
import {Signatures} from "../../libraries/Signatures.sol";
import {AvailabilityChallenge} from "./AvailabilityChallenge.sol";

/// @title Data stored by guardians, whose stake is their vote: a zkPorter
contract GuardianNetwork is IGuardianNetwork, AvailabilityChallenge {
    /// @param joinedAt 0 if the key is not in the list.
    /// @param leftAt 0 until the key leaves; it stays in the list while older signatures can be shown.
    struct Entry {
        uint48 joinedAt;
        uint48 leftAt;
        string url;
    }

    uint256 private constant WHOLE_BPS = 10_000;
    /// @dev Bounds the loop over the list, which each commit pays for.
    uint256 private constant MAX_GUARDIANS = 64;

    /// @inheritdoc IGuardianNetwork
    IStakeRegistry public immutable stakes;
    /// @inheritdoc IGuardianNetwork
    bytes32 public immutable service;
    uint16 private immutable shareBps;
    uint128 private immutable minStake;
    uint128 private immutable minTotal;
    uint48 private immutable enterDelay;

    address private admin;
    /// @inheritdoc IGuardianNetwork
    uint48 public startedAt;
    /// @dev Hash of the URL with which the admin admitted a key.
    mapping(address key => bytes32 urlHash) private admitted;
    mapping(address key => Entry) private entries;
    /// @dev Strictly ascending.
    address[] private keys;

    constructor(IStakeRegistry stakes_, IChainFactory factory_, GuardianTerms memory terms_)
        AvailabilityChallenge(factory_, terms_.retention, terms_.answerTime, terms_.slashTime, terms_.bond)
    {
        if (terms_.shareBps == 0 || terms_.shareBps > WHOLE_BPS) revert ShareOutOfRange(WHOLE_BPS, terms_.shareBps);
        if (terms_.minTotal == 0) revert MinTotalMissing();
        uint48 unbonding = stakes_.unbonding();
        if (terms_.enterDelay > unbonding) revert EnterDelayTooLong(unbonding, terms_.enterDelay);
        stakes = stakes_;
        service = keccak256(abi.encode(address(this), bytes("")));
        admin = terms_.admin;
        shareBps = terms_.shareBps;
        minStake = terms_.minStake;
        minTotal = terms_.minTotal;
        enterDelay = terms_.enterDelay;
        // No account could start an open network later.
        if (terms_.admin == address(0)) _start();
    }

    /// @inheritdoc IGuardianNetwork
    function admit(address key, string calldata url) external {
        _requireAdmin();
        admitted[key] = keccak256(bytes(url));
        emit Admitted(key, url);
    }

    /// @inheritdoc IGuardianNetwork
    function join(address key, string calldata url) external {
        _requireOperator(key);
        if (admin != address(0) && admitted[key] != keccak256(bytes(url))) revert NotAdmitted(key, url);
        _removeLeft();
        Entry storage present = entries[key];
        if (present.leftAt != 0) revert StillListed(key, uint256(present.leftAt) + VALIDITY);
        if (present.joinedAt != 0) revert AlreadyJoined(key);
        if (keys.length == MAX_GUARDIANS) revert NetworkFull(MAX_GUARDIANS);
        uint256 weight = _weightOf(key);
        if (weight < minStake) revert WeightTooSmall(minStake, weight);
        entries[key] = Entry({joinedAt: uint48(block.timestamp), leftAt: 0, url: url});
        _insert(key);
        emit Joined(key, url);
    }

    /// @inheritdoc IGuardianNetwork
    function leave(address key) external {
        Entry storage entry = entries[key];
        if (entry.joinedAt == 0 || entry.leftAt != 0) revert NotAGuardian(key);
        if (_weightOf(key) >= minStake) _requireOperator(key);
        entry.leftAt = uint48(block.timestamp);
        emit Left(key);
    }

    /// @inheritdoc IGuardianNetwork
    function start() external {
        _requireAdmin();
        if (startedAt != 0) revert AlreadyStarted(startedAt);
        _start();
    }

    /// @inheritdoc IGuardianNetwork
    function setAdmin(address admin_) external {
        _requireAdmin();
        // Without an admin no account could start it.
        if (startedAt == 0) revert NotStarted();
        admin = admin_;
        emit AdminChanged(admin_);
    }

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        (uint64 validUntil, bytes[] memory signatures) = abi.decode(policyData, (uint64, bytes[]));
        if (block.timestamp > validUntil) revert SignaturesExpired(validUntil, block.timestamp);
        uint256 latest = block.timestamp - 1 + VALIDITY;
        if (validUntil > latest) revert ValidityTooLong(latest, validUntil);
        bytes32 digest = _digest(claim.preCommitment, claim.pubdataHash, validUntil);
        (address[] memory counted, uint256[] memory weightOf, uint256 total) = _weightsAt(_countedAt(validUntil));
        uint256 lowest = Math.ceilDiv(total * shareBps, WHOLE_BPS);
        uint256 signed = _signedWeight(digest, signatures, counted, weightOf);
        if (signed < lowest) revert QuorumMissed(lowest, signed);
        return keccak256("");
    }

    /// @inheritdoc IEvidence
    function window(bytes calldata) external view returns (uint48) {
        return VALIDITY + retention + answerTime + slashTime;
    }

    /// @inheritdoc IGuardianNetwork
    function guardians() external view returns (Guardian[] memory list) {
        uint256 length = keys.length;
        list = new Guardian[](length);
        uint256 count = 0;
        for (uint256 i = 0; i < length; ++i) {
            Entry storage entry = entries[keys[i]];
            if (entry.leftAt != 0) continue;
            list[count++] = Guardian({key: keys[i], url: entry.url, joinedAt: entry.joinedAt});
        }
        // Shortens the array: the language has no other way.
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    /// @inheritdoc IGuardianNetwork
    function weightsAt(uint48 time)
        external
        view
        returns (address[] memory counted, uint256[] memory weightOf, uint256 total)
    {
        return _weightsAt(time);
    }

    /// @inheritdoc IGuardianNetwork
    function terms() external view returns (GuardianTerms memory) {
        return GuardianTerms({
            admin: admin,
            shareBps: shareBps,
            minStake: minStake,
            minTotal: minTotal,
            enterDelay: enterDelay,
            retention: retention,
            answerTime: answerTime,
            slashTime: slashTime,
            bond: bond
        });
    }

    function _start() private {
        startedAt = uint48(block.timestamp);
        emit Started();
    }

    /// @dev Moves the greater keys up by one.
    function _insert(address key) private {
        keys.push(key);
        uint256 i = keys.length - 1;
        for (; i > 0 && keys[i - 1] > key; --i) keys[i] = keys[i - 1];
        keys[i] = key;
    }

    /// @dev Drops keys that no signature can count; the others stay in order.
    function _removeLeft() private {
        uint256 length = keys.length;
        uint256 count = 0;
        for (uint256 i = 0; i < length; ++i) {
            address key = keys[i];
            uint256 leftAt = entries[key].leftAt;
            if (leftAt != 0 && leftAt + VALIDITY <= block.timestamp) {
                delete entries[key];
                continue;
            }
            if (count != i) keys[count] = key;
            ++count;
        }
        for (; count < length; ++count) keys.pop();
    }

    function _registry() internal view override returns (IStakeRegistry) {
        return stakes;
    }

    function _requireAdmin() private view {
        if (msg.sender != admin) revert NotAdmin(admin, msg.sender);
    }

    function _requireOperator(address key) private view {
        address operator = stakes.operatorOf(service, key);
        if (msg.sender != operator) revert NotOperator(operator, msg.sender);
    }

    /// @dev Weight at the last past second: stake of one second only has none.
    function _weightOf(address key) private view returns (uint256) {
        return stakes.weightAt(service, key, uint48(block.timestamp - 1));
    }

    /// @dev Follows from earlier seconds alone, so no transaction can change the answer for a past second.
    function _weightsAt(uint48 time)
        private
        view
        returns (address[] memory counted, uint256[] memory weightOf, uint256 total)
    {
        if (startedAt == 0 || time < startedAt) revert NotStarted();
        uint48 delay = time - startedAt < enterDelay ? time - startedAt : enterDelay;
        counted = _members(time - delay, time);
        (weightOf, total) = stakes.lastingWeights(service, counted, time, delay, minTotal);
    }

    /// @dev Keys that were in the list from one second to another, in order.
    function _members(uint48 from, uint48 to) private view returns (address[] memory counted) {
        uint256 length = keys.length;
        counted = new address[](length);
        uint256 count = 0;
        for (uint256 i = 0; i < length; ++i) {
            address key = keys[i];
            Entry storage entry = entries[key];
            uint48 leftAt = entry.leftAt;
            if (entry.joinedAt <= from && (leftAt == 0 || leftAt > to)) counted[count++] = key;
        }
        // Shortens the array: the language has no other way.
        assembly ("memory-safe") {
            mstore(counted, count)
        }
    }

    /// @dev Both lists ascend, so one pass finds every signer.
    function _signedWeight(
        bytes32 digest,
        bytes[] memory signatures,
        address[] memory counted,
        uint256[] memory weightOf
    ) private pure returns (uint256 signed) {
        address previous = address(0);
        uint256 index = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = Signatures.recover(digest, signatures[i]);
            if (signer <= previous) revert Members.SignersNotAscending(previous, signer);
            while (index < counted.length && counted[index] < signer) ++index;
            if (index == counted.length || counted[index] != signer) revert NotAGuardian(signer);
            signed += weightOf[index];
            previous = signer;
        }
    }
}
