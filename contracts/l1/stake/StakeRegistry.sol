// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {Deposit, IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {Signatures} from "../../libraries/Signatures.sol";

/// @title Deposits that answer for their operators' keys
contract StakeRegistry is IStakeRegistry {
    using Checkpoints for Checkpoints.Trace208;

    /// @param until When it ended; 0 while it stands.
    struct Enlistment {
        bytes32 service;
        address key;
        uint16 shareBps;
        uint48 until;
    }

    /// @dev What is leaving; what counts is in the checkpoints.
    struct Leaving {
        uint208 amount;
        uint48 announcedAt;
    }

    bytes32 private constant DOMAIN_NAME = keccak256("HyperchainStake");
    bytes32 private constant ENLISTMENT_TYPE = keccak256("Enlistment(address operator,bytes32 service)");
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant REPORTERS_PART = 10;
    /// @dev Bounds what an operator's own calls loop over.
    uint256 private constant MOST_ENLISTMENTS = 16;

    /// @inheritdoc IStakeRegistry
    uint48 public immutable unbonding;

    /// @inheritdoc IStakeRegistry
    mapping(bytes32 service => mapping(address key => address)) public operatorOf;
    mapping(address operator => Checkpoints.Trace208) private actives;
    mapping(address operator => Leaving) private leavings;
    mapping(address operator => Enlistment[]) private enlistments;
    mapping(bytes32 service => mapping(address key => Checkpoints.Trace208)) private shares;
    mapping(bytes32 service => mapping(address key => uint48)) private slashedAt;
    mapping(bytes32 service => mapping(bytes32 evidenceId => bool)) private isKnown;

    constructor(uint48 unbonding_) {
        unbonding = unbonding_;
    }

    /// @inheritdoc IStakeRegistry
    function deposit() external payable {
        uint256 total = uint256(actives[msg.sender].latest()) + msg.value;
        // No layer has so many coins; the checkpoint's width bounds it.
        if (total > type(uint128).max) revert ValueOutOfRange(type(uint128).max, total);
        _setActive(msg.sender, total);
        emit Deposited(msg.sender, msg.value);
    }

    /// @inheritdoc IStakeRegistry
    function announceWithdrawal(uint256 amount) external {
        uint256 total = uint256(actives[msg.sender].latest()) + leavings[msg.sender].amount;
        if (amount > total) revert DepositTooSmall(total, amount);
        _setActive(msg.sender, total - amount);
        leavings[msg.sender] = Leaving({amount: uint208(amount), announcedAt: uint48(block.timestamp)});
        emit WithdrawalAnnounced(msg.sender, amount, block.timestamp + unbonding);
    }

    /// @inheritdoc IStakeRegistry
    function withdraw() external {
        Leaving memory leaving = leavings[msg.sender];
        if (leaving.amount == 0) revert NothingAnnounced();
        uint256 readyAt = uint256(leaving.announcedAt) + unbonding;
        if (block.timestamp < readyAt) revert WithdrawalTooEarly(readyAt, block.timestamp);
        delete leavings[msg.sender];
        emit Withdrawn(msg.sender, leaving.amount);
        if (!_pay(msg.sender, leaving.amount)) revert PaymentFailed(msg.sender);
    }

    /// @inheritdoc IStakeRegistry
    function enlist(
        address evidence,
        bytes calldata data,
        address key,
        uint16 shareBps,
        bytes calldata keySignature
    ) external {
        bytes32 service = _judgedService(evidence, data);
        _requireKey(service, key, keySignature);
        uint256 free = WHOLE_BPS - _reserved(msg.sender, service);
        if (shareBps == 0 || shareBps > free) revert ShareOutOfRange(free, shareBps);
        enlistments[msg.sender].push(Enlistment({service: service, key: key, shareBps: shareBps, until: 0}));
        uint256 count = enlistments[msg.sender].length;
        if (count > MOST_ENLISTMENTS) revert ServicesTooMany(MOST_ENLISTMENTS, count);
        operatorOf[service][key] = msg.sender;
        _setShare(service, key, shareBps);
        emit Enlisted(msg.sender, service, key, evidence, data, shareBps);
    }

    /// @inheritdoc IStakeRegistry
    function delist(bytes32 service) external {
        Enlistment[] storage all = enlistments[msg.sender];
        uint256 place = _standing(all, service);
        if (place == all.length) revert NotEnlisted(service);
        address key = all[place].key;
        _end(all[place]);
        emit Delisted(msg.sender, service, key);
    }

    /// @inheritdoc IStakeRegistry
    function slash(
        bytes calldata data,
        address key,
        uint48 faultAt,
        bytes32 evidenceId,
        address reporter,
        address payee
    ) external {
        bytes32 service = _serviceOf(msg.sender, data);
        address operator = operatorOf[service][key];
        if (uint256(faultAt) + unbonding < block.timestamp) {
            revert FaultTooOld(block.timestamp - unbonding, faultAt);
        }
        uint256 weight = _weightAt(service, key, faultAt);
        // The share of that time is taken already, and what came since is not its fault's.
        if (weight == 0 || faultAt <= slashedAt[service][key]) revert NothingAtStake(service, key, faultAt);
        if (isKnown[service][evidenceId]) revert EvidenceKnown(evidenceId);
        isKnown[service][evidenceId] = true;
        slashedAt[service][key] = uint48(block.timestamp);
        Enlistment[] storage all = enlistments[operator];
        uint256 place = _standing(all, service);
        if (place != all.length && all[place].key == key) _end(all[place]);
        uint256 amount = _take(operator, weight, faultAt);
        emit Slashed(operator, service, key, amount, evidenceId, reporter, payee);
        uint256 part = amount / REPORTERS_PART;
        _payOrBurn(reporter, part);
        _payOrBurn(payee, amount - part);
    }

    /// @inheritdoc IStakeRegistry
    function weightAt(bytes32 service, address key, uint48 time) external view returns (uint256) {
        return _weightAt(service, key, time);
    }

    /// @inheritdoc IStakeRegistry
    function depositOf(address operator) external view returns (Deposit memory) {
        Leaving memory leaving = leavings[operator];
        return Deposit({active: actives[operator].latest(), leaving: leaving.amount, announcedAt: leaving.announcedAt});
    }

    /// @dev Its evidence must come while deposits stay.
    function _judgedService(address evidence, bytes calldata data) private view returns (bytes32) {
        if (evidence.code.length == 0) revert EvidenceWithoutCode(evidence);
        uint48 window = IEvidence(evidence).window(data);
        if (window > unbonding) revert WindowTooLong(unbonding, window);
        return _serviceOf(evidence, data);
    }

    /// @dev An account's deposit answers for keys that agree to it, and for each of them for good.
    function _requireKey(bytes32 service, address key, bytes calldata keySignature) private view {
        address taken = operatorOf[service][key];
        if (taken != address(0) && taken != msg.sender) revert KeyTaken(taken);
        bytes32 structHash = keccak256(abi.encode(ENLISTMENT_TYPE, msg.sender, service));
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
        address signer = Signatures.recover(digest, keySignature);
        if (signer != key) revert KeyMismatch(key, signer);
    }

    /// @dev What left before the fault did not answer for it; what is leaving since then goes first.
    function _take(address operator, uint256 weight, uint48 faultAt) private returns (uint256 amount) {
        Leaving storage leaving = leavings[operator];
        uint256 fromLeaving = 0;
        if (faultAt < leaving.announcedAt) fromLeaving = _least(leaving.amount, weight);
        leaving.amount -= uint208(fromLeaving);
        uint256 active = actives[operator].latest();
        uint256 fromActive = _least(active, weight - fromLeaving);
        _setActive(operator, active - fromActive);
        return fromLeaving + fromActive;
    }

    /// @dev It stays reserved for `unbonding`.
    function _end(Enlistment storage standing) private {
        standing.until = uint48(block.timestamp);
        _setShare(standing.service, standing.key, 0);
    }

    /// @dev Where the enlistment is that stands; their number for none.
    function _standing(Enlistment[] storage all, bytes32 service) private view returns (uint256 place) {
        while (place < all.length && (all[place].service != service || all[place].until != 0)) ++place;
    }

    /// @dev Drops what ended `unbonding` ago. Reverts where the service has an enlistment that did not.
    function _reserved(address operator, bytes32 service) private returns (uint256 sum) {
        Enlistment[] storage all = enlistments[operator];
        uint256 i = 0;
        while (i < all.length) {
            Enlistment memory each = all[i];
            if (each.until != 0 && uint256(each.until) + unbonding < block.timestamp) {
                all[i] = all[all.length - 1];
                all.pop();
                continue;
            }
            if (each.service == service) revert AlreadyEnlisted(service);
            sum += each.shareBps;
            ++i;
        }
    }

    function _weightAt(bytes32 service, address key, uint48 time) private view returns (uint256) {
        if (time >= block.timestamp) revert TimeNotPast(block.timestamp - 1, time);
        uint256 active = actives[operatorOf[service][key]].upperLookup(time);
        return active * shares[service][key].upperLookup(time) / WHOLE_BPS;
    }

    function _setActive(address operator, uint256 amount) private {
        actives[operator].push(uint48(block.timestamp), uint208(amount));
    }

    function _setShare(bytes32 service, address key, uint256 shareBps) private {
        shares[service][key].push(uint48(block.timestamp), uint208(shareBps));
    }

    /// @dev One that does not take it must not keep the fault from being punished.
    function _payOrBurn(address recipient, uint256 amount) private {
        if (!_pay(recipient, amount)) _pay(address(0), amount);
    }

    function _pay(address recipient, uint256 amount) private returns (bool isPaid) {
        (isPaid,) = recipient.call{value: amount}("");
    }

    function _serviceOf(address evidence, bytes calldata data) private pure returns (bytes32) {
        return keccak256(abi.encode(evidence, data));
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
