// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchOutputs} from "../../libraries/BatchCommitment.sol";

/// @title The open batch, its exported outputs, and the chain's configuration
/// @notice Storage slot 0 is the outputs slot: last entry of every batch's proven changes. The configuration is written
/// into storage before the chain's first block and never changes.
interface ISystemContext {
    event BatchOpened(uint64 indexed batchNumber, uint64 firstBlock, uint64 firstTimestamp);
    event BatchClosed(uint64 indexed batchNumber, bytes32 outputsHash, BatchOutputs outputs);

    error BatchAlreadyOpen(uint64 batchNumber);
    error NoOpenBatch();

    /// @notice First transaction of a batch. Only the bootloader.
    /// @dev Trusted for nothing: L1 recomputes the outputs' hash with its own batch number, so a false one only makes the
    /// batch impossible to commit.
    function openBatch(uint64 batchNumber) external;

    /// @notice Last transaction of a batch: hashes the outputs into slot 0 and clears what was collected. Only the bootloader.
    /// @param cheatCount State cheats of a development chain since the batch began; L1 refuses others' batches unless 0.
    function closeBatch(uint64 cheatCount) external;

    /// @notice Hash of the last closed batch's outputs.
    function outputsHash() external view returns (bytes32);

    /// @notice Number of the open batch; 0 between batches.
    function batchNumber() external view returns (uint64);

    /// @notice Chain id of the settlement layer.
    function l1ChainId() external view returns (uint256);

    /// @notice The bridge on L1 whose deposits this chain mints. Trusted with every bridged asset of the chain.
    function l1SharedBridge() external view returns (address);

    /// @notice The asset that pays for gas: the chain it was issued on and its address there.
    function baseTokenOrigin() external view returns (uint256 originChainId, address originToken);

    /// @notice When L1 created this chain, in seconds of L1's time: what a batch sent here that began then or earlier is refunded on L1
    /// and has no backing.
    function bornAt() external view returns (uint256);
}
