// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchReader} from "../interfaces/IBatchReader.sol";
import {IBytecodeRegistry} from "../interfaces/IBytecodeRegistry.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {QueuedOperation} from "../interfaces/IPriorityQueue.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @notice The contracts that all chains share.
struct Ecosystem {
    address factory;
    ISharedBridge bridge;
    ITransactionRootRegistry roots;
    IBytecodeRegistry bytecodes;
    IVerifierRegistry verifiers;
    IBatchReader reader;
}

/// @title What a chain's contract remembers
abstract contract HyperchainStorage is IHyperchain {
    /// @inheritdoc IHyperchain
    address public immutable factory;
    ISharedBridge public immutable bridge;
    ITransactionRootRegistry public immutable roots;
    IBytecodeRegistry public immutable bytecodes;
    IVerifierRegistry public immutable verifiers;
    IBatchReader public immutable reader;

    ChainConfiguration internal configuration;
    /// @inheritdoc IHyperchain
    mapping(address account => bool) public isValidator;

    mapping(uint256 index => QueuedOperation) internal queue;

    /// @dev One slot:
    ///   0…63 operations queued ‖ 64…127 operations executed ‖ 128…159 batches committed ‖ 160…191 batches verified ‖
    ///   192…223 batches executed ‖ 224 exited
    uint64 internal operationsQueued;
    uint64 internal operationsExecuted;
    uint32 internal batchesCommitted;
    uint32 internal batchesVerified;
    uint32 internal batchesExecuted;
    bool public exited;

    /// @dev Hash of the record before the first batch.
    bytes32 internal genesisHash;
    /// @dev May hold hashes of reverted batches at numbers that are not committed.
    mapping(uint256 batchNumber => bytes32) internal batchHashes;
    /// @inheritdoc IBatches
    mapping(uint256 batchNumber => bytes32) public l2LogsRootHash;
    /// @inheritdoc IBatches
    bytes32 public executedStateRoot;
    /// @inheritdoc IBatches
    uint256 public revertCount;

    constructor(Ecosystem memory ecosystem) {
        factory = ecosystem.factory;
        bridge = ecosystem.bridge;
        roots = ecosystem.roots;
        bytecodes = ecosystem.bytecodes;
        verifiers = ecosystem.verifiers;
        reader = ecosystem.reader;
    }

    modifier onlyFactory() {
        if (msg.sender != factory) revert OnlyFactory(factory, msg.sender);
        _;
    }

    modifier whileRunning() {
        if (exited) revert ChainExited();
        _;
    }
}
