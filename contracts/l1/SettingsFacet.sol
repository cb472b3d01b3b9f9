// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {BatchCommitment, ChainOrigin} from "../libraries/BatchCommitment.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {ChainTerms} from "./ChainTerms.sol";
import {ChainUpgrades} from "./ChainUpgrades.sol";
import {SettingsBase, SettingsStorage} from "./SettingsStorage.sol";

/// @title What writes chains' settings
/// @notice Code that the settings run on their own storage (delegatecall): both together would not fit into one contract.
/// Called directly it works on its own storage, in which no chain has an admin: every call but the factory's reverts, and the
/// factory calls the settings alone.
contract SettingsFacet is ChainTerms, ChainUpgrades {
    constructor(SettingsBase memory base) SettingsStorage(base) {}

    modifier onlyFactory() {
        if (msg.sender != chainFactory) revert OnlyFactory(chainFactory, msg.sender);
        _;
    }

    /// @inheritdoc ISettingsChanges
    function configure(ChainConfiguration calldata configuration) external onlyFactory {
        uint256 chainId = configuration.chainId;
        configurations[chainId] = configuration;
        // The registry has no version of more than 32 bits.
        versions[chainId].current = uint32(configuration.protocolVersion);
        _beginTerms(configuration);
    }

    /// @inheritdoc ISettingsChanges
    function recordBirth(uint256 chainId) external onlyFactory {
        configurationHashes[chainId] = _hashOrigin(chainId, configurations[chainId]);
    }

    /// @dev Hash of facts that L1 itself has, and that the chain's initial state must repeat.
    function _hashOrigin(uint256 chainId, ChainConfiguration storage configuration) private view returns (bytes32) {
        address baseToken = configuration.baseToken;
        return BatchCommitment.hashConfiguration(
            ChainOrigin({
                l1ChainId: block.chainid,
                l1SharedBridge: IChainFactory(chainFactory).sharedBridge(),
                baseTokenOriginChainId: block.chainid,
                baseTokenOriginToken: baseToken == AssetMessage.NATIVE_COIN ? address(0) : baseToken,
                bornAt: IChainFactory(chainFactory).bornAt(chainId)
            }),
            configuration.sequencingMode
        );
    }
}
