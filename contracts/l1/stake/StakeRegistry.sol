// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {Deposit, IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {Signatures} from "../../libraries/Signatures.sol";

/// @title Deposits that answer for their operators' keys
contract StakeRegistry is IStakeRegistry {
    using Checkpoints for Checkpoints.Trace208;

    /// @param reservedSince Second of the end or of the last slash after it; 0 while the enlistment is
    /// active.
    /// @param slashed Greatest weight among the proven faults.
    struct Enlistment {
        bytes32 service;
        address key;
        uint16 shareBps;
        uint48 reservedSince;
        uint256 slashed;
    }

    /// @dev Leaving part of a deposit; the active part is in the checkpoints.
    struct Leaving {
        uint208 amount;
        uint48 announcedAt;
    }

    bytes32 private constant DOMAIN_NAME = keccak256("HyperchainStake");
    bytes32 private constant ENLISTMENT_TYPE = keccak256("Enlistment(address operator,bytes32 service)");
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant REPORTERS_PART = 10;
    /// @dev Bounds the loops over an operator's enlistments.
    uint256 private constant MAX_ENLISTMENTS = 16;

    /// @inheritdoc IStakeRegistry
    uint48 public immutable unbonding;

    /// @inheritdoc IStakeRegistry
    mapping(bytes32 service => mapping(address key => address)) public operatorOf;
    mapping(address operator => Checkpoints.Trace208) private actives;
    mapping(address operator => Leaving) private leavings;
    mapping(address operator => Enlistment[]) private enlistments;
    mapping(bytes32 service => mapping(address key => Checkpoints.Trace208)) private shares;

    constructor(uint48 unbonding_) {
        unbonding = unbonding_;
    }

    /// @inheritdoc IStakeRegistry
    function deposit() external payable {
        uint256 total = uint256(actives[msg.sender].latest()) + msg.value;
        // No layer has that number of coins; the checkpoint's width bounds it.
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
        enlistments[msg.sender].push(Enlistment(service, key, shareBps, 0, 0));
        uint256 count = enlistments[msg.sender].length;
        if (count > MAX_ENLISTMENTS) revert ServicesTooMany(MAX_ENLISTMENTS, count);
        operatorOf[service][key] = msg.sender;
        _setShare(service, key, shareBps);
        emit Enlisted(msg.sender, service, key, evidence, data, shareBps);
    }

    /// @inheritdoc IStakeRegistry
    function delist(bytes32 service) external {
        Enlistment[] storage all = enlistments[msg.sender];
        uint256 index = _indexOf(all, service);
        if (index == all.length || all[index].reservedSince != 0) revert NotEnlisted(service);
        address key = all[index].key;
        _end(all[index]);
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
        if (weight == 0) revert NothingAtStake(service, key, faultAt);
        uint256 amount = _take(operator, _slashTo(weight, operator, service), faultAt);
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
    function lastingWeight(bytes32 service, address key, uint48 time, uint48 delay) external view returns (uint256) {
        return _lastingWeight(service, key, time, _sinceOf(time, delay));
    }

    /// @inheritdoc IStakeRegistry
    function lastingWeights(bytes32 service, address[] calldata keys, uint48 time, uint48 delay, uint256 minTotal)
        external
        view
        returns (uint256[] memory weights, uint256 total)
    {
        uint48 since = _sinceOf(time, delay);
        weights = new uint256[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            if (i > 0 && keys[i] <= keys[i - 1]) revert KeysNotAscending(keys[i - 1], keys[i]);
            weights[i] = _lastingWeight(service, keys[i], time, since);
            total += weights[i];
        }
        if (total < minTotal) revert TotalTooSmall(minTotal, total);
    }

    /// @inheritdoc IStakeRegistry
    function depositOf(address operator) external view returns (Deposit memory) {
        Leaving memory leaving = leavings[operator];
        return Deposit({active: actives[operator].latest(), leaving: leaving.amount, announcedAt: leaving.announcedAt});
    }

    /// @dev The service's evidence must arrive while deposits stay.
    function _judgedService(address evidence, bytes calldata data) private view returns (bytes32) {
        if (evidence.code.length == 0) revert EvidenceWithoutCode(evidence);
        uint48 window = IEvidence(evidence).window(data);
        if (window > unbonding) revert WindowTooLong(unbonding, window);
        return _serviceOf(evidence, data);
    }

    /// @dev An account's deposit answers for keys that agree to it, and permanently for each of them.
    function _requireKey(bytes32 service, address key, bytes calldata keySignature) private view {
        address taken = operatorOf[service][key];
        if (taken != address(0) && taken != msg.sender) revert KeyTaken(taken);
        bytes32 structHash = keccak256(abi.encode(ENLISTMENT_TYPE, msg.sender, service));
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
        address signer = Signatures.recover(digest, keySignature);
        if (signer != key) revert KeyMismatch(key, signer);
    }

    /// @dev Raises an enlistment's slashed sum to a weight, and returns the difference. The enlistment is in
    /// the list: its key had weight within the last `unbonding`, so its share is still reserved, and a
    /// service has one enlistment at most.
    function _slashTo(uint256 weight, address operator, bytes32 service) private returns (uint256 difference) {
        Enlistment[] storage all = enlistments[operator];
        Enlistment storage enlistment = all[_indexOf(all, service)];
        uint256 slashed = enlistment.slashed;
        if (weight <= slashed) revert AlreadySlashed(slashed, weight);
        enlistment.slashed = weight;
        _end(enlistment);
        return weight - slashed;
    }

    /// @dev Coins that were announced before the fault did not answer for it; those announced after it pay
    /// first, because the active ones also answer for later faults.
    function _take(address operator, uint256 amount, uint48 faultAt) private returns (uint256) {
        Leaving storage leaving = leavings[operator];
        uint256 fromLeaving = 0;
        if (faultAt < leaving.announcedAt) fromLeaving = Math.min(leaving.amount, amount);
        leaving.amount -= uint208(fromLeaving);
        uint256 active = actives[operator].latest();
        uint256 fromActive = Math.min(active, amount - fromLeaving);
        _setActive(operator, active - fromActive);
        return fromLeaving + fromActive;
    }

    /// @dev Reserves the share from now: after a slash other services' faults from before it may still claim
    /// coins of a time before it, so a new enlistment must not share in the coins that remain.
    function _end(Enlistment storage enlistment) private {
        if (enlistment.reservedSince == 0) _setShare(enlistment.service, enlistment.key, 0);
        enlistment.reservedSince = uint48(block.timestamp);
    }

    /// @dev Index of the service's enlistment; the list's length if there is none.
    function _indexOf(Enlistment[] storage all, bytes32 service) private view returns (uint256 index) {
        while (index < all.length && all[index].service != service) ++index;
    }

    /// @dev Sum of the reserved shares; deletes enlistments that no fault can reach. Reverts if one of them
    /// is the service's.
    function _reserved(address operator, bytes32 service) private returns (uint256 sum) {
        Enlistment[] storage all = enlistments[operator];
        uint256 i = 0;
        while (i < all.length) {
            Enlistment memory each = all[i];
            if (each.reservedSince != 0 && uint256(each.reservedSince) + unbonding < block.timestamp) {
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

    /// @dev First second at which coins must have been active to count at `time`.
    function _sinceOf(uint48 time, uint48 delay) private view returns (uint48) {
        if (delay > unbonding) revert DelayTooLong(unbonding, delay);
        return delay > time ? 0 : time - delay;
    }

    function _lastingWeight(bytes32 service, address key, uint48 time, uint48 since) private view returns (uint256) {
        return Math.min(_weightAt(service, key, time), _weightAt(service, key, since));
    }

    function _setActive(address operator, uint256 amount) private {
        actives[operator].push(uint48(block.timestamp), uint208(amount));
    }

    function _setShare(bytes32 service, address key, uint256 shareBps) private {
        shares[service][key].push(uint48(block.timestamp), uint208(shareBps));
    }

    /// @dev A recipient that refuses the coins must not prevent the slash.
    function _payOrBurn(address recipient, uint256 amount) private {
        if (!_pay(recipient, amount)) _pay(address(0), amount);
    }

    function _pay(address recipient, uint256 amount) private returns (bool) {
        return LowLevelCall.callNoReturn(recipient, amount, "");
    }

    function _serviceOf(address evidence, bytes calldata data) private pure returns (bytes32) {
        return keccak256(abi.encode(evidence, data));
    }
}
