// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {SettingsChanges} from "./SettingsChanges.sol";

/// @title Writes which versions chains have
abstract contract ChainUpgrades is SettingsChanges {
    uint256 private constant LONGEST_WAIT = 90 days;

    /// @inheritdoc ISettingsChanges
    function scheduleUpgrade(uint256 chainId, uint256 version, uint64 notBefore) external {
        _requireAdmin(chainId);
        IHyperchain chain = _bornChain(chainId);
        if (chain.exited()) revert UpgradeOfStoppedChain();
        (uint256 base, uint256 pending) = _basis(versions[chainId], chain);
        // Which version a batch has that is not executed yet must not change behind its sequencer's back.
        if (pending != 0 && !_isHalted(chainId, pending)) revert UpgradePending(pending);
        // The executed version tells whether an upgrade has begun. Behind a version that was passed it is another than the basis.
        if (version == base || version == chain.getProtocolVersion()) revert VersionUnchanged(version);
        registry.requireLasting(version);
        _requireSuccessor(base, version);
        _requireProof(chainId, version);
        _requireSecondVerifier(chainId, version);
        uint256 effectiveAt = _effectOf(chainId, notBefore);
        IChainFactory(chainFactory).requireReader(version, effectiveAt);
        uint256 operations = chain.getTotalPriorityTxs();
        versions[chainId] = Versions({
            current: uint32(base),
            next: uint32(version),
            effectiveAt: uint64(effectiveAt),
            operations: uint64(operations)
        });
        emit UpgradeScheduled(chainId, version, base, effectiveAt, operations);
    }

    /// @inheritdoc ISettingsChanges
    function cancelUpgrade(uint256 chainId) external {
        _requireAdmin(chainId);
        Versions memory known = versions[chainId];
        if (known.next == 0) revert NoUpgradeScheduled();
        if (block.timestamp >= known.effectiveAt) {
            // No batch is ever executed of a version that was halted before its first one: the version before
            // it continues.
            IHyperchain chain = _bornChain(chainId);
            bool isUnused = _isHalted(chainId, known.next) && chain.getProtocolVersion() != known.next;
            if (!isUnused) revert UpgradeInEffect(known.effectiveAt, block.timestamp);
            _requireNoneWaiting(chain);
            registry.requireLasting(known.current);
        }
        _setVersion(chainId, known.current);
        emit UpgradeCanceled(chainId, known.next);
    }

    /// @inheritdoc ISettingsChanges
    function passHalted(uint256 chainId) external {
        IHyperchain chain = _bornChain(chainId);
        (uint256 from, uint256 pending) = _basis(versions[chainId], chain);
        bool isInEffect = pending != 0 && block.timestamp >= versions[chainId].effectiveAt;
        uint256 to = pending;
        if (_isHalted(chainId, from)) {
            if (!isInEffect || _isHalted(chainId, pending)) to = _replacementOf(chainId, from);
        } else {
            if (!isInEffect || !_isHalted(chainId, pending)) revert NotHalted(from);
            // Those of the version before, which is not halted, could still be executed, and keep it.
            _requireNoneWaiting(chain);
            from = pending;
            to = _replacementOf(chainId, from);
        }
        _setVersion(chainId, uint32(to));
        emit HaltedPassed(chainId, from, to, chain.getTotalBatchesExecuted());
    }

    function _requireNoneWaiting(IHyperchain chain) private view {
        (uint256 executed, uint256 committed) = (chain.getTotalBatchesExecuted(), chain.getTotalBatchesCommitted());
        if (executed != committed) revert BatchesWaiting(executed, committed);
    }

    function _setVersion(uint256 chainId, uint32 version) private {
        versions[chainId] = Versions({current: version, next: 0, effectiveAt: 0, operations: 0});
    }

    function _effectOf(uint256 chainId, uint256 notBefore) private view returns (uint256 effectiveAt) {
        effectiveAt = block.timestamp + _upgradeNotice(chainId);
        if (notBefore <= effectiveAt) return effectiveAt;
        uint256 latest = block.timestamp + LONGEST_WAIT;
        if (notBefore > latest) revert NotBeforeTooLate(latest, notBefore);
        return notBefore;
    }

    function _isHalted(uint256 chainId, uint256 version) private view returns (bool) {
        return _isGoverned(chainId) && registry.standingOf(version).haltedAt != 0;
    }

    /// @dev At once, so only by the admin, and only where accounts knew of it for a notice: then council, governance and admin agree.
    function _replacementOf(uint256 chainId, uint256 halted) private view returns (uint256 version) {
        _requireAdmin(chainId);
        version = registry.standingOf(halted).replacement;
        if (version == 0 || !terms[chainId][_course(chainId).current].takesReplacements) revert NoReplacement(halted);
        registry.requireActive(version);
        IChainFactory(chainFactory).requireReader(version, block.timestamp);
        _requireProof(chainId, version);
        _requireSecondVerifier(chainId, version);
    }

    /// @dev Another machine could not continue with the state, and a lower format could not read its state.
    function _requireSuccessor(uint256 base, uint256 version) private pure {
        (uint256 expected, uint256 actual) = (VersionNumber.machineOf(base), VersionNumber.machineOf(version));
        if (expected != actual) revert MachineMismatch(expected, actual);
        if (VersionNumber.formatOf(version) < VersionNumber.formatOf(base)) revert FormatFalls(base, version);
    }

    function _requireProof(uint256 chainId, uint256 version) private view {
        if (_threshold(chainId) == 0 && !VersionNumber.isProven(version)) revert VersionNeedsQuorum(version);
    }

    /// @dev Terms that are scheduled count before any batch of the version: an upgrade's notice is the longest, and without one, if a
    /// version replaces a halted one, its batches wait for these terms. `cancelTerms` checks again.
    function _requireSecondVerifier(uint256 chainId, uint256 version) private view {
        Course memory known = _course(chainId);
        uint256 last = known.nextAt == 0 ? known.current : known.current + 1;
        if (terms[chainId][last].requiresSecondCheck) registry.secondVerifierOf(version);
    }
}
