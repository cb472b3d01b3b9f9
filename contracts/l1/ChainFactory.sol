// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IChainSettings} from "../interfaces/IChainSettings.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {ChainIds} from "./ChainIds.sol";
import {ChainLookup} from "./ChainLookup.sol";
import {ChainRules} from "./ChainRules.sol";
import {Ecosystem} from "./HyperchainStorage.sol";
import {ChainContract} from "./ChainContract.sol";
import {MessageProofs} from "./MessageProofs.sol";
import {RequestRouter} from "./RequestRouter.sol";

/// @notice Getters of the factory, by their names in contracts that are bound to it.
interface IBoundToFactory {
    function factory() external view returns (address);
    function directory() external view returns (address);
}

/// @title Creates chains, and is the hub that clients call
contract ChainFactory is ChainIds, ChainRules, RequestRouter, MessageProofs {
    address public immutable implementation;
    ITransactionRootRegistry private immutable roots;
    IChainSettings private immutable settings;

    mapping(uint256 chainId => address) private hyperchains;
    /// @inheritdoc IChainFactory
    mapping(uint256 chainId => uint256) public bornAt;
    uint256[] private chainIds;
    /// @dev Start of the first chain: before, there was no account to give notice to.
    uint256 private firstBirth;
    /// @inheritdoc IChainFactory
    mapping(uint256 porterId => uint256 chainId) public chainOfPorter;

    /// @param implementation_ Must have been deployed with this contract's address, which is known from the deployer's nonce; so
    /// must settings, bridge, state exit and registries.
    /// @param revealDelay_ Seconds between a chain's announcement and its creation: long enough that an announcement which was
    /// made on seeing another's creation comes too late. 0 is for tests.
    /// @param recoveryTime_ IChainFactory's: an hour on public layers, 0 on devnets.
    constructor(ChainContract implementation_, uint256 revealDelay_, uint256 recoveryTime_)
        ChainIds(revealDelay_)
        ChainRules(implementation_.verifiers(), implementation_.settings(), recoveryTime_)
        RequestRouter(implementation_.bridge())
    {
        implementation = address(implementation_);
        roots = implementation_.roots();
        settings = implementation_.settings();
        _requireOwn(implementation_.factory());
        // A state exit that asked another factory which chains have stopped could empty the bridge.
        _requireOwn(IBoundToFactory(address(implementation_.bridge())).factory());
        _requireOwn(IBoundToFactory(implementation_.bridge().stateExit()).factory());
        _requireOwn(settings.factory());
        // Settings that asked another registry could move chains to versions that were never announced.
        (address own, address other) = (address(implementation_.verifiers()), address(settings.verifiers()));
        if (own != other) revert MiswiredDeployment(own, other);
        _requireOwn(IBoundToFactory(address(implementation_.roots())).directory());
        _requireOwn(IBoundToFactory(address(implementation_.bytecodes())).directory());
    }

    /// @inheritdoc IChainFactory
    function createChain(ChainConfiguration calldata configuration, bytes32 secret) external returns (address hyperchain) {
        return _create(configuration, secret);
    }

    /// @inheritdoc IChainFactory
    function createPartitionedChain(ChainConfiguration calldata configuration, uint256 porterId, bytes32 secret)
        external
        returns (address hyperchain)
    {
        hyperchain = _create(configuration, keccak256(abi.encode(secret, porterId)));
        _requireFreeId(porterId);
        chainOfPorter[porterId] = configuration.chainId;
        emit PorterIdReserved(configuration.chainId, porterId);
    }

    /// @inheritdoc IChainFactory
    function recordBirth(uint256 chainId) external {
        address chain = hyperchains[chainId];
        if (msg.sender != chain) revert NotTheChain(chainId, chain, msg.sender);
        _recordBirth(chainId);
    }

    /// @inheritdoc IChainFactory
    function baseToken(uint256 chainId) external view returns (address) {
        return _chain(chainId).getBaseToken();
    }

    /// @inheritdoc IChainFactory
    function baseTokenAssetId(uint256 chainId) external view returns (bytes32) {
        return AssetMessage.assetId(block.chainid, _chain(chainId).getBaseToken());
    }

    /// @inheritdoc IChainFactory
    function getZKChain(uint256 chainId) external view returns (address) {
        return hyperchains[chainId];
    }

    /// @inheritdoc IChainFactory
    function getAllZKChainChainIDs() external view returns (uint256[] memory) {
        return chainIds;
    }

    /// @inheritdoc IChainFactory
    function hyperchainAddress(ChainConfiguration calldata configuration) external view returns (address) {
        return MinimalProxy.predict(address(this), implementation, _salt(configuration));
    }

    /// @inheritdoc IChainFactory
    function messageRoot() external view returns (address) {
        return address(roots);
    }

    /// @inheritdoc IChainFactory
    function L1_CHAIN_ID() external view returns (uint256) {
        return block.chainid;
    }

    /// @inheritdoc IChainFactory
    function settlementLayer(uint256 chainId) external view returns (uint256) {
        return hyperchains[chainId] == address(0) ? 0 : block.chainid;
    }

    /// @inheritdoc IChainDirectory
    function getHyperchain(uint256 chainId) public view override(ChainLookup, IChainDirectory) returns (address) {
        return hyperchains[chainId];
    }

    /// @inheritdoc IChainFactory
    function requireReader(uint256 version, uint256 time) public view {
        uint256 since = verifiers.readerSince(version);
        if (firstBirth == 0 || since <= firstBirth) return;
        uint256 earliest = since + verifiers.retirementNotice();
        if (time < earliest) revert ReaderTooNew(earliest, time);
    }

    /// @dev The configuration is in the address: a deposit that names the contract names the chain's validators and rules.
    function _salt(ChainConfiguration calldata configuration) private pure returns (bytes32) {
        return keccak256(abi.encode(configuration));
    }

    function _create(ChainConfiguration calldata configuration, bytes32 secret) private returns (address hyperchain) {
        uint256 chainId = configuration.chainId;
        _requireFreeId(chainId);
        _checkConfiguration(configuration);
        requireReader(configuration.protocolVersion, block.timestamp);
        _useAnnouncement(configuration, secret);
        hyperchain = MinimalProxy.deploy(implementation, _salt(configuration));
        hyperchains[chainId] = hyperchain;
        chainIds.push(chainId);
        settings.configure(configuration);
        IHyperchain(hyperchain).initialize(chainId, configuration.baseToken, configuration.importBatches);
        if (configuration.importBatches == 0) _recordBirth(chainId);
        emit ChainCreated(chainId, hyperchain, msg.sender, configuration, bornAt[chainId]);
    }

    /// @dev Neither a chain's nor reserved, and of this settlement layer.
    function _requireFreeId(uint256 chainId) private view {
        uint256 owner = chainOfPorter[chainId] == 0 ? chainId : chainOfPorter[chainId];
        if (hyperchains[owner] != address(0)) revert ChainIdTaken(chainId, hyperchains[owner]);
        _requireOwnId(chainId);
    }

    function _recordBirth(uint256 chainId) private {
        bornAt[chainId] = block.timestamp;
        if (firstBirth == 0) firstBirth = block.timestamp;
        settings.recordBirth(chainId);
        emit ChainBorn(chainId, block.timestamp);
    }

    function _requireOwn(address factory) private view {
        if (factory != address(this)) revert MiswiredDeployment(address(this), factory);
    }
}
