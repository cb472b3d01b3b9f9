// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Registry of Transaction Roots
/// @notice An append-only tree with a leaf (chain, batch, root of the batch's logs) per executed batch, and all roots it ever
/// had. Root i is over the first i leaves; chains import roots and check messages of other chains against them.
/// @dev Nobody has rights here beside the chains' contracts, each for its own batches. A chain whose quorum lies can append
/// false log roots of its own: contracts that trust that chain's messages are deceived, asset balances are not.
interface ITransactionRootRegistry {
    /// @notice A batch was appended: `leafIndex` is its place, `leafIndex + 1` the index of the new root.
    event TransactionRootUpdated(
        uint256 indexed leafIndex, uint256 indexed chainId, uint256 indexed batchNumber, bytes32 logRoot, bytes32 root
    );

    error NotTheChain(uint256 chainId, address expected, address actual);
    error RootIndexUnknown(uint256 latest, uint256 actual);
    error RegistryFull();

    /// @notice Appends a batch. Only the chain's own contract, on executing the batch.
    /// @return rootIndex Index of the new root.
    /// @return root The new root.
    function append(uint256 chainId, uint256 batchNumber, bytes32 logRoot)
        external
        returns (uint256 rootIndex, bytes32 root);

    /// @notice Index of the newest root: the number of leaves.
    function latestRootIndex() external view returns (uint256);

    /// @notice A root of the history. Reverts with RootIndexUnknown for an index beyond the newest.
    function rootAt(uint256 rootIndex) external view returns (bytes32);

    /// @notice Whether a batch with this log root is leaf `leafIndex` under root `rootIndex`.
    /// @param siblings 32 nodes beside the path, lowest first, as they were at that root.
    function isIncluded(
        uint256 rootIndex,
        uint256 leafIndex,
        uint256 chainId,
        uint256 batchNumber,
        bytes32 logRoot,
        bytes32[] calldata siblings
    ) external view returns (bool);
}
