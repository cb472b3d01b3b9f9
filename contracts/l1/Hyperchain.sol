// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ProtocolVersion} from "../interfaces/IVerifierRegistry.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {StoredBatch} from "../types/Batches.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {BatchCommitter} from "./BatchCommitter.sol";
import {BatchFinalizer} from "./BatchFinalizer.sol";
import {Exit} from "./Exit.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title A chain on its settlement layer
contract Hyperchain is BatchCommitter, BatchFinalizer, Exit {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}

    /// @inheritdoc IHyperchain
    function initialize(ChainConfiguration calldata configuration_) external onlyFactory {
        if (genesisHash != 0) revert AlreadyInitialized();
        configuration = configuration_;
        for (uint256 i = 0; i < configuration_.validators.length; ++i) {
            isValidator[configuration_.validators[i]] = true;
        }
        StoredBatch memory genesis = genesisBatch();
        genesisHash = keccak256(abi.encode(genesis));
        executedStateRoot = genesis.newStateRoot;
    }

    /// @inheritdoc IHyperchain
    function getChainId() external view returns (uint256) {
        return configuration.chainId;
    }

    /// @inheritdoc IHyperchain
    function getAdmin() external view returns (address) {
        return configuration.admin;
    }

    /// @inheritdoc IHyperchain
    function getBaseToken() external view returns (address) {
        return configuration.baseToken;
    }

    /// @inheritdoc IHyperchain
    function getProtocolVersion() external view returns (uint256) {
        return configuration.protocolVersion;
    }

    /// @inheritdoc IHyperchain
    function getConfiguration() external view returns (ChainConfiguration memory) {
        return configuration;
    }

    /// @inheritdoc IBatches
    function genesisBatch() public view returns (StoredBatch memory genesis) {
        ProtocolVersion memory version = verifiers.requireActive(configuration.protocolVersion);
        genesis.leafCount = version.genesisLeafCount;
        genesis.protocolVersion = configuration.protocolVersion;
        genesis.newStateRoot = version.genesisStateRoot;
        genesis.importedRootsRollingHash = RollingHash.EMPTY_IMPORTED_ROOTS;
    }
}
