// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {GasPrices} from "../libraries/GasPrices.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {Terms} from "../types/Terms.sol";
import {SettingsChanges} from "./SettingsChanges.sol";

/// @title Writes the terms of all chains by epochs, their admins and prices
abstract contract ChainTerms is SettingsChanges {
    uint256 private constant PRICE_RISE_INTERVAL = 1 days;
    uint256 private constant PRICE_RISE = 2;

    /// @inheritdoc ISettingsChanges
    function scheduleTerms(uint256 chainId, Terms calldata next) external {
        _requireAdmin(chainId);
        IHyperchain chain = _bornChain(chainId);
        if (chain.exited()) revert TermsOfStoppedChain();
        Course memory known = _course(chainId);
        uint64 epoch = known.current + 1;
        if (known.nextAt != 0) revert TermsPending(epoch, known.nextAt);
        _checkTerms(chainId, next);
        if (next.isGoverned && !_isGoverned(chainId)) _requireLastingVersion(chainId);
        if (next.requiresSecondCheck) _requireSecondVerifiers(chainId, chain);
        known.nextAt = uint64(block.timestamp + _noticeOf(chainId, known.current, next));
        courses[chainId] = known;
        EpochTerms storage written = terms[chainId][epoch];
        written.dataAvailabilityPolicy = next.dataAvailabilityPolicy;
        written.threshold = uint32(next.quorum.threshold);
        written.standbyThreshold = uint32(next.standby.threshold);
        written.isGoverned = next.isGoverned;
        written.takesReplacements = next.takesReplacements;
        written.requiresSecondCheck = next.requiresSecondCheck;
        written.transactionFilterer = next.transactionFilterer;
        written.validators = next.quorum.validators;
        written.standby = next.standby.validators;
        _addMembers(chainId, epoch, next.quorum.validators, VALIDATOR);
        _addMembers(chainId, epoch, next.standby.validators, STANDBY);
        emit TermsScheduled(chainId, epoch, next, known.nextAt);
    }

    /// @inheritdoc ISettingsChanges
    function cancelTerms(uint256 chainId) external {
        _requireAdmin(chainId);
        Course memory known = _course(chainId);
        if (known.nextAt == 0) revert NoTermsScheduled();
        uint64 epoch = known.current + 1;
        // An upgrade may have been scheduled that these terms allowed.
        if (terms[chainId][known.current].requiresSecondCheck) _requireSecondVerifiers(chainId, _bornChain(chainId));
        known.nextAt = 0;
        courses[chainId] = known;
        // Other terms may get this epoch: none of these accounts must count in it.
        _removeMembers(chainId, epoch, terms[chainId][epoch].validators);
        _removeMembers(chainId, epoch, terms[chainId][epoch].standby);
        delete terms[chainId][epoch];
        emit TermsCanceled(chainId, epoch);
    }

    /// @inheritdoc ISettingsChanges
    function offerAdmin(uint256 chainId, address next) external {
        _requireAdmin(chainId);
        offeredTo[chainId] = next;
        emit AdminOffered(chainId, next);
    }

    /// @inheritdoc ISettingsChanges
    function acceptAdmin(uint256 chainId) external {
        address next = offeredTo[chainId];
        if (msg.sender != next) revert AdminNotOffered(next, msg.sender);
        address previous = _adminOf(chainId);
        delete offeredTo[chainId];
        admins[chainId] = next;
        emit AdminChanged(chainId, previous, next);
    }

    /// @inheritdoc ISettingsChanges
    function setPrice(uint256 chainId, uint128 price) external {
        _requireAdmin(chainId);
        GasPrices.requireInRange(price);
        uint64 previous = courses[chainId].l2GasPrice;
        if (price > previous) {
            uint256 highest = PRICE_RISE * previous;
            if (price > highest) revert PriceRisesTooFast(highest, price);
            uint256 earliest = priceRoseAt[chainId] + PRICE_RISE_INTERVAL;
            if (block.timestamp < earliest) revert PriceRisesTooSoon(earliest, block.timestamp);
            priceRoseAt[chainId] = block.timestamp;
        }
        courses[chainId].l2GasPrice = uint64(price);
        emit PriceChanged(chainId, previous, price);
    }

    /// @dev Epoch 0, of a chain that is being created.
    function _beginTerms(ChainConfiguration calldata configuration) internal {
        uint256 chainId = configuration.chainId;
        // The factory admits no price beyond 64 bits.
        courses[chainId].l2GasPrice = uint64(configuration.l2GasPrice);
        EpochTerms storage first = terms[chainId][0];
        first.dataAvailabilityPolicy = configuration.dataAvailabilityPolicy;
        first.threshold = uint32(configuration.validatorThreshold);
        first.standbyThreshold = uint32(configuration.standbyThreshold);
        first.isGoverned = configuration.isGoverned;
        first.takesReplacements = configuration.takesReplacements;
        first.requiresSecondCheck = configuration.requiresSecondCheck;
        first.transactionFilterer = configuration.transactionFilterer;
        _addMembers(chainId, 0, configuration.validators, VALIDATOR);
        _addMembers(chainId, 0, configuration.standby, STANDBY);
    }

    /// @dev A second verifier that refuses true batches must not open the exit. An exit delay is longer than window, execution delay
    /// and the factory's times together: so a window leaves time to execute what was committed as late as L1 takes it.
    function _noticeOf(uint256 chainId, uint256 epoch, Terms calldata next) private view returns (uint256) {
        Terms memory present = _termsOf(chainId, epoch);
        if (present.requiresSecondCheck) {
            present.requiresSecondCheck = false;
            bool isOnlyDropped = keccak256(abi.encode(present)) == keccak256(abi.encode(next));
            if (isOnlyDropped) return configurations[chainId].priorityOpWindow;
        }
        return _upgradeNotice(chainId);
    }

    /// @dev Each version of which a batch may still be executed. Reverts with SecondCheckUnsupported.
    function _requireSecondVerifiers(uint256 chainId, IHyperchain chain) private view {
        (uint256 base, uint256 pending) = _basis(versions[chainId], chain);
        registry.secondVerifierOf(base);
        if (pending != 0) registry.secondVerifierOf(pending);
    }

    function _addMembers(uint256 chainId, uint256 epoch, address[] calldata accounts, uint8 bit) private {
        for (uint256 i = 0; i < accounts.length; ++i) memberships[chainId][epoch][accounts[i]] |= bit;
    }

    function _removeMembers(uint256 chainId, uint256 epoch, address[] storage accounts) private {
        for (uint256 i = 0; i < accounts.length; ++i) delete memberships[chainId][epoch][accounts[i]];
    }

    /// @dev A chain that follows governance again is stopped by nothing that was announced while it did not.
    function _requireLastingVersion(uint256 chainId) private view {
        Versions memory known = versions[chainId];
        registry.requireLasting(known.next == 0 ? known.current : known.next);
    }

    /// @dev The factory's rules, for what the chain would have been if it were created with these terms.
    function _checkTerms(uint256 chainId, Terms calldata next) private view {
        ChainConfiguration memory configuration = configurations[chainId];
        uint64 threshold = configuration.validatorThreshold;
        if (threshold == 0 && next.quorum.threshold != 0) revert NoQuorum();
        if (threshold != 0 && next.quorum.threshold == 0) revert QuorumRequired(threshold);
        configuration.validatorThreshold = next.quorum.threshold;
        configuration.validators = next.quorum.validators;
        configuration.standbyThreshold = next.standby.threshold;
        configuration.standby = next.standby.validators;
        configuration.dataAvailabilityPolicy = next.dataAvailabilityPolicy;
        configuration.transactionFilterer = next.transactionFilterer;
        configuration.isGoverned = next.isGoverned;
        configuration.takesReplacements = next.takesReplacements;
        IChainFactory(chainFactory).checkTerms(configuration);
    }
}
