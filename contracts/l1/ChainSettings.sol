// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {CommitSettings, IChainSettings, ImportSettings, QueueSettings, Upgrade} from "../interfaces/IChainSettings.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {BatchCommitment, ChainOrigin} from "../libraries/BatchCommitment.sol";
import {ChainTimes} from "../libraries/ChainTimes.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {ChainTerms} from "./ChainTerms.sol";

/// @title The settings of all chains, and the count of their validators' signatures
contract ChainSettings is ChainTerms {
    /// @inheritdoc IChainSettings
    uint256 public immutable reactionTime;
    /// @inheritdoc IChainSettings
    IVerifierRegistry public immutable verifiers;

    /// @dev One slot: 0…31 version before the upgrade, and after it until the next ‖ 32…63 version of the upgrade, 0 without ‖
    ///   64…127 when it takes effect ‖ 128…191 operations that come before it
    struct Versions {
        uint32 current;
        uint32 next;
        uint64 effectiveAt;
        uint64 operations;
    }

    mapping(uint256 chainId => Versions) private versions;
    mapping(uint256 chainId => bytes32) private configurationHashes;

    /// @param reactionTime_ Seven days on public layers, 0 on devnets.
    constructor(address factory_, IVerifierRegistry verifiers_, uint256 reactionTime_) ChainTerms(factory_) {
        verifiers = verifiers_;
        reactionTime = reactionTime_;
    }

    /// @inheritdoc IChainSettings
    function configure(ChainConfiguration calldata configuration) external {
        if (msg.sender != factory) revert OnlyFactory(factory, msg.sender);
        uint256 chainId = configuration.chainId;
        configurations[chainId] = configuration;
        // The registry has no version of more than 32 bits.
        versions[chainId].current = uint32(configuration.protocolVersion);
        _beginTerms(configuration);
    }

    /// @inheritdoc IChainSettings
    function recordBirth(uint256 chainId) external {
        if (msg.sender != factory) revert OnlyFactory(factory, msg.sender);
        configurationHashes[chainId] = _hashOrigin(chainId, configurations[chainId]);
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
    function requireNoQuorum(uint256 chainId) external view {
        uint64 threshold = _threshold(chainId);
        if (threshold != 0) revert QuorumRequired(threshold);
    }

    /// @inheritdoc IChainSettings
    function configurationOf(uint256 chainId) external view returns (ChainConfiguration memory) {
        return configurations[chainId];
    }

    /// @inheritdoc IChainSettings
    function scheduleUpgrade(uint256 chainId, uint256 version) external {
        _requireAdmin(chainId);
        IHyperchain chain = _bornChain(chainId);
        if (chain.exited()) revert UpgradeOfStoppedChain();
        Versions memory known = versions[chainId];
        uint256 executed = chain.getProtocolVersion();
        // Which version a batch has that is not executed yet must not change behind its sequencer's back.
        if (known.next != 0 && executed != known.next) revert UpgradePending(known.next);
        if (version == executed) revert VersionUnchanged(version);
        verifiers.requireLasting(version);
        if (_threshold(chainId) == 0 && !verifiers.provesExecution(version)) {
            revert VersionNeedsQuorum(version);
        }
        uint256 effectiveAt = block.timestamp + upgradeNotice(chainId);
        uint256 operations = chain.getTotalPriorityTxs();
        versions[chainId] = Versions({
            current: uint32(executed),
            next: uint32(version),
            effectiveAt: uint64(effectiveAt),
            operations: uint64(operations)
        });
        emit UpgradeScheduled(chainId, version, executed, effectiveAt, operations);
    }

    /// @inheritdoc IChainSettings
    function cancelUpgrade(uint256 chainId) external {
        _requireAdmin(chainId);
        Versions memory known = versions[chainId];
        if (known.next == 0) revert NoUpgradeScheduled();
        if (block.timestamp >= known.effectiveAt) revert UpgradeInEffect(known.effectiveAt, block.timestamp);
        versions[chainId] = Versions({current: known.current, next: 0, effectiveAt: 0, operations: 0});
        emit UpgradeCanceled(chainId, known.next);
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
            reader: verifiers.readerOf(version),
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
    function delayOfBatch(uint256 chainId, uint256 version, bool isExecutionProven)
        external
        view
        returns (uint256 delay)
    {
        ChainConfiguration storage configuration = configurations[chainId];
        delay = configuration.executionDelay;
        uint256 unproven = configuration.unprovenDelay;
        if (unproven > delay && !isExecutionProven && verifiers.provesExecution(version)) delay = unproven;
    }

    /// @inheritdoc IChainSettings
    function requireFallback(uint256 chainId, uint256 version) external view {
        if (configurations[chainId].unprovenDelay == 0) revert ExecutionUnproven(version);
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
        if (isRevert) time += _longestDelay(configuration);
    }

    /// @inheritdoc IChainSettings
    function versionOfBatch(uint256 chainId, uint64 firstTimestamp, uint64 operations) public view returns (uint256) {
        Versions memory known = versions[chainId];
        bool isUpgraded = known.next != 0 && firstTimestamp >= known.effectiveAt && operations >= known.operations;
        return isUpgraded ? known.next : known.current;
    }

    /// @inheritdoc IChainSettings
    function upgradeNotice(uint256 chainId) public view override returns (uint256) {
        ChainConfiguration storage configuration = configurations[chainId];
        return ChainTimes.upgradeNotice(
            configuration.priorityOpWindow, configuration.exitDelay, _longestDelay(configuration), reactionTime
        );
    }

    function _longestDelay(ChainConfiguration storage configuration) private view returns (uint256) {
        return ChainTimes.longestDelay(configuration.executionDelay, configuration.unprovenDelay);
    }

    /// @dev By what L1 knows itself, as the chain's first state must say it.
    function _hashOrigin(uint256 chainId, ChainConfiguration storage configuration) private view returns (bytes32) {
        address baseToken = configuration.baseToken;
        return BatchCommitment.hashConfiguration(
            ChainOrigin({
                l1ChainId: block.chainid,
                l1SharedBridge: IChainFactory(factory).sharedBridge(),
                baseTokenOriginChainId: block.chainid,
                baseTokenOriginToken: baseToken == AssetMessage.NATIVE_COIN ? address(0) : baseToken,
                bornAt: IChainFactory(factory).bornAt(chainId)
            }),
            configuration.sequencingMode
        );
    }
}
