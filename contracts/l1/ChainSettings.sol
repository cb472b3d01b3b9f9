// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    CommitSettings,
    ExecutionSettings,
    IChainSettings,
    ImportSettings,
    QueueSettings,
    Upgrade
} from "../interfaces/IChainSettings.sol";
import {IChainTerms} from "../interfaces/IChainTerms.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {IStateTransitionVerifier} from "../interfaces/IStateTransitionVerifier.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {Facet} from "../libraries/Facet.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {Epochs, Terms} from "../types/Terms.sol";
import {SettingsFacet} from "./SettingsFacet.sol";
import {SettingsBase, SettingsStorage} from "./SettingsStorage.sol";

/// @title The settings of all chains, and the count of their validators' signatures
contract ChainSettings is SettingsStorage, IChainSettings {
    /// @notice Code that writes settings. Made here, so that it surely knows the same factory and registry.
    address public immutable settingsFacet;

    constructor(address factory_, IVerifierRegistry verifiers_, uint256 reactionTime_)
        SettingsStorage(SettingsBase({factory: factory_, verifiers: verifiers_, reactionTime: reactionTime_}))
    {
        SettingsBase memory base =
            SettingsBase({factory: factory_, verifiers: verifiers_, reactionTime: reactionTime_});
        settingsFacet = address(new SettingsFacet(base));
    }

    /// @inheritdoc ISettingsChanges
    function configure(ChainConfiguration calldata) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function recordBirth(uint256) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function scheduleTerms(uint256, Terms calldata) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function cancelTerms(uint256) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function offerAdmin(uint256, address) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function acceptAdmin(uint256) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function setPrice(uint256, uint128) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function scheduleUpgrade(uint256, uint256, uint64) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function cancelUpgrade(uint256) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc ISettingsChanges
    function passHalted(uint256) external {
        Facet.run(settingsFacet);
    }

    /// @inheritdoc IChainSettings
    function factory() external view returns (address) {
        return chainFactory;
    }

    /// @inheritdoc IChainSettings
    function verifiers() external view returns (IVerifierRegistry) {
        return registry;
    }

    /// @inheritdoc IChainSettings
    function reactionTime() external view returns (uint256) {
        return reaction;
    }

    /// @inheritdoc IChainTerms
    function adminOf(uint256 chainId) external view returns (address) {
        return _adminOf(chainId);
    }

    /// @inheritdoc IChainSettings
    function upgradeNotice(uint256 chainId) external view returns (uint256) {
        return _upgradeNotice(chainId);
    }

    /// @inheritdoc IChainTerms
    function termsOf(uint256 chainId, uint64 epoch) external view returns (Terms memory) {
        return _termsOf(chainId, epoch);
    }

    /// @inheritdoc IChainTerms
    function epochsOf(uint256 chainId) external view returns (Epochs memory) {
        Course memory known = _course(chainId);
        return Epochs({current: known.current, currentAt: known.currentAt, nextAt: known.nextAt});
    }

    /// @inheritdoc IChainTerms
    function isValidator(uint256 chainId, address account) external view returns (bool) {
        return memberships[chainId][_course(chainId).current][account] & VALIDATOR != 0;
    }

    /// @inheritdoc IChainSettings
    function requireQuorum(uint256 chainId, bytes32 digest, bytes[] calldata signatures)
        external
        view
        returns (bool isByStandby)
    {
        uint256 epoch = _course(chainId).current;
        EpochTerms storage current = terms[chainId][epoch];
        (uint256 threshold, uint256 standby) = (current.threshold, current.standbyThreshold);
        if (threshold == 0) revert NoQuorum();
        uint256 count = signatures.length;
        uint8 shared = _membershipOfAll(chainId, epoch, digest, signatures);
        if (count >= threshold && shared & VALIDATOR != 0) return false;
        isByStandby = standby != 0 && count >= standby && shared & STANDBY != 0;
        if (!isByStandby) revert QuorumTooSmall(threshold, count);
    }

    /// @inheritdoc IChainSettings
    function importsOf(uint256 chainId) external view returns (ImportSettings memory) {
        ChainConfiguration storage configuration = configurations[chainId];
        return ImportSettings({
            batches: configuration.importBatches,
            stateRoot: configuration.importStateRoot,
            data: configuration.importData
        });
    }

    /// @inheritdoc IChainSettings
    function requireNoQuorum(uint256 chainId, uint256 batchNumber, uint256 operations, address coinbase)
        external
        view
    {
        uint64 threshold = _threshold(chainId);
        if (threshold != 0) revert QuorumRequired(threshold);
        // With one sequencer the settler includes transactions in addition to the queue's, and receives their
        // fees.
        if (configurations[chainId].sequencingMode & type(uint8).max == 0) return;
        if (coinbase != address(0)) revert CoinbaseOfQueue(coinbase);
        if (operations == 0) revert BatchWithoutOperation(batchNumber);
    }

    /// @inheritdoc IChainSettings
    function configurationOf(uint256 chainId) external view returns (ChainConfiguration memory) {
        return configurations[chainId];
    }

    /// @inheritdoc IChainSettings
    function upgradeOf(uint256 chainId) external view returns (Upgrade memory) {
        Versions memory known = versions[chainId];
        return Upgrade({version: known.next, effectiveAt: known.effectiveAt, operations: known.operations});
    }

    /// @inheritdoc IChainSettings
    function forCommit(uint256 chainId, uint64 firstTimestamp, uint64 operations)
        external
        view
        returns (CommitSettings memory)
    {
        ChainConfiguration storage configuration = configurations[chainId];
        uint256 version = versionOfBatch(chainId, firstTimestamp, operations);
        return CommitSettings({
            protocolVersion: version,
            reader: registry.readerOf(version, _isGoverned(chainId)),
            dataAvailabilityPolicy: _policyAt(chainId, firstTimestamp, configuration.priorityOpWindow),
            cheatsAllowed: configuration.cheatsAllowed,
            priorityOpWindow: configuration.priorityOpWindow,
            configurationHash: configurationHashes[chainId]
        });
    }

    /// @inheritdoc IChainSettings
    function forQueue(uint256 chainId) external view returns (QueueSettings memory) {
        ChainConfiguration storage configuration = configurations[chainId];
        (address transactionFilterer, uint128 l2GasPrice) = _queueTerms(chainId);
        return QueueSettings({
            transactionFilterer: transactionFilterer,
            priorityOpWindow: configuration.priorityOpWindow,
            priorityGasPerSecond: configuration.priorityGasPerSecond,
            l2GasPrice: l2GasPrice
        });
    }

    /// @inheritdoc IChainSettings
    function verifierOf(uint256 chainId, uint256 version) external view returns (IStateTransitionVerifier) {
        return registry.verifierOf(version, _isGoverned(chainId));
    }

    /// @inheritdoc IChainSettings
    function aggregatorOf(uint256 chainId, uint256 version) external view returns (address aggregator, bool isStopped) {
        (aggregator, isStopped) = registry.aggregatorOf(version);
        isStopped = isStopped && _isGoverned(chainId);
    }

    /// @inheritdoc IChainSettings
    function forExecution(uint256 chainId, uint256 version) external view returns (ExecutionSettings memory) {
        EpochTerms storage current = terms[chainId][_course(chainId).current];
        if (current.isGoverned) registry.requireExecutable(version);
        return ExecutionSettings({
            executionDelay: configurations[chainId].executionDelay,
            requiresSecondCheck: current.requiresSecondCheck
        });
    }

    /// @inheritdoc IChainSettings
    function exitAfterDeadline(uint256 chainId) external view returns (uint256) {
        ChainConfiguration storage configuration = configurations[chainId];
        return uint256(configuration.priorityOpWindow) + configuration.exitDelay;
    }

    /// @inheritdoc IChainSettings
    function standbyAfterDeadline(uint256 chainId, bool isRevert) external view returns (uint256 time) {
        ChainConfiguration storage configuration = configurations[chainId];
        time = configuration.priorityOpWindow;
        if (isRevert) time += configuration.executionDelay;
    }

    /// @inheritdoc IChainSettings
    function versionOfBatch(uint256 chainId, uint64 firstTimestamp, uint64 operations) public view returns (uint256) {
        Versions memory known = versions[chainId];
        bool isUpgraded = known.next != 0 && firstTimestamp >= known.effectiveAt && operations >= known.operations;
        return isUpgraded ? known.next : known.current;
    }

    /// @dev Policy at the time of the batch's first block, which is never in the future: L1's clock has
    /// passed every change that this time has passed. A batch that begins before one must be committed within
    /// a window, or a chain could keep the old policy by its clock.
    function _policyAt(uint256 chainId, uint64 firstTimestamp, uint64 window) private view returns (address) {
        Course memory known = _course(chainId);
        uint256 epoch = known.current;
        bool isOlder = firstTimestamp < known.currentAt && block.timestamp < uint256(known.currentAt) + window;
        return terms[chainId][isOlder ? epoch - 1 : epoch].dataAvailabilityPolicy;
    }

    function _queueTerms(uint256 chainId) private view returns (address transactionFilterer, uint128 l2GasPrice) {
        Course memory known = _course(chainId);
        return (terms[chainId][known.current].transactionFilterer, known.l2GasPrice);
    }

    /// @dev The bits that all signers have: signatures of the one and of the other are never added up.
    function _membershipOfAll(uint256 chainId, uint256 epoch, bytes32 digest, bytes[] calldata signatures)
        private
        view
        returns (uint8 shared)
    {
        shared = VALIDATOR | STANDBY;
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = Signatures.recover(digest, signatures[i]);
            shared &= memberships[chainId][epoch][signer];
            if (shared == 0) revert NotAValidator(signer);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            previous = signer;
        }
    }
}
