// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchRecord} from "../types/BatchRecord.sol";
import {IChainCallers} from "./IChainCallers.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {ILinkedExecution} from "./ILinkedExecution.sol";

/// @title Registry of Transaction Roots
/// @notice An append-only tree with a leaf (chain, batch, root of the batch's logs, record) per executed
/// batch, and all roots it ever had. A mark is a leaf too: it says that a chain had executed nothing more at
/// a time of L1. A noted block of L1 is also one. Root i covers the first i leaves; chains import roots and
/// check messages of other chains against them.
/// @dev Only the chains' contracts have rights here, each for its own batches. A chain whose quorum lies can
/// append false log roots for itself: contracts that trust that chain's messages are deceived, asset balances
/// are not.
interface ITransactionRootRegistry is IChainCallers, IKnownChains, ILinkedExecution {
    /// @notice A batch was appended: `leafIndex` is its place, `leafIndex + 1` the index of the new root.
    event TransactionRootUpdated(
        uint256 indexed leafIndex,
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        bytes32 logRoot,
        BatchRecord record,
        bytes32 root
    );

    /// @notice A proof of the statement (ImportKinds.hashStatement) was checked here for the first time.
    event StatementRecorded(uint256 indexed index, bytes32 statement);

    error RootIndexUnknown(uint256 latest, uint256 actual);
    error RegistryFull();
    /// @notice A link holds only while the batch that it names is executed in the same call (ILinkedExecution.executeTogether).
    error NotLinked(uint256 index);
    /// @notice This settlement layer is itself a hyperchain: its headers are its sequencer's, and not L1's.
    error NotOnL1();
    /// @notice The layer has no hash of this block: it is not mined yet, or has more than 256 successors (8,191 with EIP-2935).
    error BlockHashUnknown(uint256 number);
    /// @notice Only the aggregator of a version records statements of this version.
    error NotTheAggregator(uint256 version, address expected, address actual);

    /// @notice Appends a batch, or the mark of a chain that stops. Only the chain's own contract, on executing the batch.
    /// @return rootIndex Index of the new root.
    /// @return root The new root.
    function append(uint256 chainId, uint256 batchNumber, bytes32 logRoot, BatchRecord calldata record)
        external
        returns (uint256 rootIndex, bytes32 root);

    /// @notice Appends a mark of a chain: the state after its last executed batch, and that it was the last until now. Its number is
    /// that of the batch to come, its log root 0. Anyone, an hour after the chain's last leaf or later.
    function mark(uint256 chainId) external returns (uint256 rootIndex, bytes32 root);

    /// @notice Appends the hash of a block of L1, as leaf (L1's chain id, block number, block hash, a mark's record without a state), so
    /// that contracts on chains read L1's storage ({IL1Storage}). Any account, for a block whose hash L1 has. Chains
    /// get the leaf with the next root that they import.
    function noteBlock(uint256 number) external returns (uint256 rootIndex, bytes32 root);

    /// @notice Records that a batch of a chain above this layer is proven. Only the aggregator of the version. Afterwards
    /// L1 executes a base that imports this statement; a second record changes nothing. An aggregator that lies lets bases execute
    /// batches of chains on them that no transaction led to.
    /// @param batchHash keccak256 of the bytes that an aggregate has of the batch (BatchAggregate.hashBatch).
    /// @return Whether the statement is recorded. False while the version is retired, frozen or halted.
    function recordStatement(uint256 version, bytes32 batchHash) external returns (bool);

    /// @notice Index of the newest root: the number of leaves.
    function latestRootIndex() external view returns (uint256);

    /// @notice Value of an import: a root of the history, or for the index of a fact (ImportKinds) the log root of an executed batch.
    /// A fact's value is 0 until the batch is executed. It is also 0 for a contract that is not a chain of this ecosystem, and
    /// for a chain if L1 refused it a transfer of the batch (ISharedBridge.isRefused): that transfer is refunded, so nothing is in
    /// transit for it, and the chain's other messages of the batch need a root. Accounts get the log root.
    /// For the index of a link (LinkIndex) it is the log root of a batch of the call of `executeTogether` that runs, else it reverts with
    /// NotLinked. For the index of a statement (ImportKinds) it is the statement's hash, or 0 until the statement is recorded. It is also
    /// 0 while the statement's version is frozen or halted, for all callers: a chain on another version, or one that does not follow
    /// governance, does not execute a batch by it either. Reverts with RootIndexUnknown for any other index beyond the newest root.
    function rootAt(uint256 index) external view returns (bytes32);

    /// @notice Whether a batch with this log root and record is leaf `leafIndex` under root `rootIndex`.
    /// @param siblings 32 nodes next to the path, lowest first, at that root.
    function isIncluded(
        uint256 rootIndex,
        uint256 leafIndex,
        uint256 chainId,
        uint256 batchNumber,
        bytes32 logRoot,
        BatchRecord calldata record,
        bytes32[] calldata siblings
    ) external view returns (bool);
}
