// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchOutputs} from "../../libraries/BatchCommitment.sol";

/// @title The open batch, its exported outputs, and the chain's configuration
/// @notice Storage slot 0 is the outputs slot: last entry of every batch's proven changes. The configuration is written
/// into storage by a chain's first opening and never changes.
interface ISystemContext {
    event BatchOpened(uint64 indexed batchNumber, uint64 firstBlock, uint64 firstTimestamp);
    event BatchClosed(uint64 indexed batchNumber, bytes32 outputsHash, BatchOutputs outputs);

    error BatchAlreadyOpen(uint64 batchNumber);
    error NoOpenBatch();
    /// @param kept What a batch begins with that forgets nothing.
    /// @param blockNumber What it begins with where it forgets every block before its own.
    error HashesSinceRefused(uint256 kept, uint256 blockNumber, uint256 since);

    /// @notice First transaction of a batch. Only the bootloader.
    /// @dev Trusted for nothing: L1 recomputes the outputs' hash with its own batch number and the committed coinbase, so a
    /// false one only makes the batch impossible to commit.
    /// @param since First block whose hash BLOCKHASH gives: as in the batch before, or this block.
    /// @param coinbase Who gets the fees of all of the batch's blocks; the outputs have it.
    function openBatch(uint64 batchNumber, uint64 since, address coinbase) external;

    /// @notice Last transaction of a batch: hashes the outputs into slot 0 and clears what was collected. Only the bootloader.
    /// @param cheatCount State cheats of a development chain since the batch began; L1 refuses others' batches unless 0.
    /// @param hashes The chain of block hashes up to the block before this one (docs/protocol.md §11). L1 does not see them: validators
    /// check that they are those which the batch's transactions saw.
    function closeBatch(uint64 cheatCount, bytes32 hashes) external;

    /// @notice Hash of the last closed batch's outputs.
    function outputsHash() external view returns (bytes32);

    /// @notice Number of the open batch; 0 between batches.
    function batchNumber() external view returns (uint64);

    /// @notice The chain of block hashes as the last closed batch left it.
    function blockHashes() external view returns (bytes32);

    /// @notice First block of that chain; BLOCKHASH gives 0 for older ones.
    function hashesSince() external view returns (uint64);

    /// @notice Chain id of the settlement layer.
    function l1ChainId() external view returns (uint256);

    /// @notice The bridge on L1 whose deposits this chain mints. Trusted with every bridged asset of the chain.
    function l1SharedBridge() external view returns (address);

    /// @notice The asset that pays for gas: the chain it was issued on and its address there.
    function baseTokenOrigin() external view returns (uint256 originChainId, address originToken);

    /// @notice When L1 created this chain, in seconds of L1's time: what a batch sent here that began then or earlier is refunded on L1
    /// and has no backing.
    function bornAt() external view returns (uint256);

    /// @notice Sequencing mode: 0 by one sequencer, 1 by L1's queue alone. L1 hashes the same mode.
    function sequencingMode() external view returns (uint256);

    /// @notice Hash of the fact (ImportKinds) about the newest batch with logs, or about the first one; 0 on a chain that serves no facts.
    function lastFact() external view returns (bytes32);
}
