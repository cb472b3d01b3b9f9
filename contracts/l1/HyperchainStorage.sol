// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchStageErrors} from "../interfaces/IBatchStageErrors.sol";
import {IBytecodeRegistry} from "../interfaces/IBytecodeRegistry.sol";
import {IChainImports} from "../interfaces/IChainImports.sol";
import {IChainSettings} from "../interfaces/IChainSettings.sol";
import {IFactoryCaller} from "../interfaces/IFactoryCaller.sol";
import {IPriorityQueue, QueuedOperation} from "../interfaces/IPriorityQueue.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";

/// @notice The contracts that all chains share.
struct Ecosystem {
    address factory;
    ISharedBridge bridge;
    ITransactionRootRegistry roots;
    IBytecodeRegistry bytecodes;
    IVerifierRegistry verifiers;
    IChainSettings settings;
}

/// @title What a chain's contract remembers
/// @dev One layout for the chain's contract and for the facet that works on its storage.
abstract contract HyperchainStorage {
    address internal immutable chainFactory;
    ISharedBridge public immutable bridge;
    ITransactionRootRegistry public immutable roots;
    IBytecodeRegistry public immutable bytecodes;
    IVerifierRegistry public immutable verifiers;
    IChainSettings public immutable settings;

    /// @dev One slot: 0…63 chain id ‖ 64…223 base token
    uint64 internal chainId;
    address internal baseToken;

    /// @dev Binary digits of a deadline behind the point: small operations must not round down to no time at all.
    uint256 internal constant DEADLINE_FRACTION = 32;

    mapping(uint256 index => QueuedOperation) internal queue;

    /// @dev One slot:
    ///   0…63 operations queued ‖ 64…127 operations executed ‖ 128…159 batches committed ‖ 160…191 batches verified ‖
    ///   192…223 batches executed ‖ 224 has exited
    uint64 internal operationsQueued;
    uint64 internal operationsExecuted;
    uint32 internal batchesCommitted;
    uint32 internal batchesVerified;
    uint32 internal batchesExecuted;
    bool internal hasExited;

    /// @dev Hash of the record before the first batch.
    bytes32 internal genesisHash;
    /// @dev May hold hashes of reverted batches at numbers that are not committed.
    mapping(uint256 batchNumber => bytes32) internal batchHashes;
    /// @dev Roots of executed batches.
    mapping(uint256 batchNumber => bytes32) internal logRoots;
    /// @dev After the last executed batch.
    bytes32 internal stateRoot;
    /// @dev One slot: 0…63 last block of the last executed batch ‖ 64…127 when the registry got the chain's last leaf ‖
    ///   128…159 protocol version of the last executed batch, before the first the chain's own ‖
    ///   160…191 first batch of the unbroken run with proven execution that ends with the last executed batch
    uint64 internal lastExecutedBlock;
    uint64 internal recordedAt;
    uint32 internal executedVersion;
    uint32 internal provenSince;
    /// @dev Number of reverts of batches.
    uint256 internal reverts;

    /// @dev Missing imports of the initial state; 0 after the chain's start.
    uint32 internal importsMissing;
    /// @dev Rolling hash of the imports' data.
    bytes32 internal importHash;

    /// @dev Hashes of batches that a second verifier has checked. A reverted batch's hash stays, and confirms no other batch.
    mapping(uint256 batchNumber => bytes32) internal confirmedHashes;

    constructor(Ecosystem memory ecosystem) {
        chainFactory = ecosystem.factory;
        bridge = ecosystem.bridge;
        roots = ecosystem.roots;
        bytecodes = ecosystem.bytecodes;
        verifiers = ecosystem.verifiers;
        settings = ecosystem.settings;
    }

    modifier onlyFactory() {
        if (msg.sender != chainFactory) revert IFactoryCaller.OnlyFactory(chainFactory, msg.sender);
        _;
    }

    /// @dev A chain with batches or operations has started: callers check only without them.
    function _requireBorn() internal view {
        if (importsMissing != 0) revert IChainImports.ImportsMissing(importsMissing);
    }

    modifier whileRunning() {
        if (hasExited) revert IBatchStageErrors.ChainExited();
        _;
    }
}
