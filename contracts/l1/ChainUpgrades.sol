// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {SettingsChanges} from "./SettingsChanges.sol";

/// @title Writes which versions chains have
abstract contract ChainUpgrades is SettingsChanges {
    /// @inheritdoc ISettingsChanges
    function scheduleUpgrade(uint256 chainId, uint256 version) external {
        _requireAdmin(chainId);
        IHyperchain chain = _bornChain(chainId);
        if (chain.exited()) revert UpgradeOfStoppedChain();
        Versions memory known = versions[chainId];
        uint256 executed = chain.getProtocolVersion();
        // Which version a batch has that is not executed yet must not change behind its sequencer's back.
        if (known.next != 0 && executed != known.next) revert UpgradePending(known.next);
        if (version == executed) revert VersionUnchanged(version);
        registry.requireLasting(version);
        if (_threshold(chainId) == 0 && !registry.provesExecution(version)) {
            revert VersionNeedsQuorum(version);
        }
        uint256 effectiveAt = block.timestamp + _upgradeNotice(chainId);
        uint256 operations = chain.getTotalPriorityTxs();
        versions[chainId] = Versions({
            current: uint32(executed),
            next: uint32(version),
            effectiveAt: uint64(effectiveAt),
            operations: uint64(operations)
        });
        emit UpgradeScheduled(chainId, version, executed, effectiveAt, operations);
    }

    /// @inheritdoc ISettingsChanges
    function cancelUpgrade(uint256 chainId) external {
        _requireAdmin(chainId);
        Versions memory known = versions[chainId];
        if (known.next == 0) revert NoUpgradeScheduled();
        if (block.timestamp >= known.effectiveAt) revert UpgradeInEffect(known.effectiveAt, block.timestamp);
        versions[chainId] = Versions({current: known.current, next: 0, effectiveAt: 0, operations: 0});
        emit UpgradeCanceled(chainId, known.next);
    }
}
