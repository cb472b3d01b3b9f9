// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommitSettings, IChainSettings, QueueSettings} from "../interfaces/IChainSettings.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @title The settings of all chains, and the count of their validators' signatures
contract ChainSettings is IChainSettings {
    /// @inheritdoc IChainSettings
    address public immutable factory;

    mapping(uint256 chainId => ChainConfiguration) private configurations;
    /// @inheritdoc IChainSettings
    mapping(uint256 chainId => mapping(address account => bool)) public isValidator;

    constructor(address factory_) {
        factory = factory_;
    }

    /// @inheritdoc IChainSettings
    function configure(ChainConfiguration calldata configuration) external {
        if (msg.sender != factory) revert OnlyFactory(factory, msg.sender);
        uint256 chainId = configuration.chainId;
        configurations[chainId] = configuration;
        for (uint256 i = 0; i < configuration.validators.length; ++i) {
            isValidator[chainId][configuration.validators[i]] = true;
        }
    }

    /// @inheritdoc IChainSettings
    function requireQuorum(uint256 chainId, bytes32 digest, bytes[] calldata signatures) external view {
        uint256 threshold = configurations[chainId].validatorThreshold;
        if (signatures.length < threshold) revert QuorumTooSmall(threshold, signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = Signatures.recover(digest, signatures[i]);
            if (!isValidator[chainId][signer]) revert NotAValidator(signer);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            previous = signer;
        }
    }

    /// @inheritdoc IChainSettings
    function configurationOf(uint256 chainId) external view returns (ChainConfiguration memory) {
        return configurations[chainId];
    }

    /// @inheritdoc IChainSettings
    function forCommit(uint256 chainId) external view returns (CommitSettings memory) {
        ChainConfiguration storage configuration = configurations[chainId];
        return CommitSettings({
            protocolVersion: configuration.protocolVersion,
            dataAvailabilityPolicy: configuration.dataAvailabilityPolicy,
            cheatsAllowed: configuration.cheatsAllowed,
            priorityOpWindow: configuration.priorityOpWindow
        });
    }

    /// @inheritdoc IChainSettings
    function forQueue(uint256 chainId) external view returns (QueueSettings memory) {
        ChainConfiguration storage configuration = configurations[chainId];
        return QueueSettings({
            transactionFilterer: configuration.transactionFilterer,
            priorityOpWindow: configuration.priorityOpWindow,
            priorityGasPerSecond: configuration.priorityGasPerSecond,
            l2GasPrice: configuration.l2GasPrice
        });
    }

    /// @inheritdoc IChainSettings
    function executionDelay(uint256 chainId) external view returns (uint256) {
        return configurations[chainId].executionDelay;
    }

    /// @inheritdoc IChainSettings
    function exitDelay(uint256 chainId) external view returns (uint256) {
        return configurations[chainId].exitDelay;
    }
}
