// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The tree behind the Transaction Root: a leaf per executed batch of any chain
/// @notice Binary keccak tree of depth 32, filled from the left; an absent leaf is 0. A leaf is the hash of four words and a
/// node of two, so neither can pass for the other.
library TransactionTree {
    error SiblingCount(uint256 expected, uint256 actual);
    error LeafIndexTooLarge(uint256 limit, uint256 actual);

    bytes32 internal constant LEAF_TAG = keccak256("hyperchain.transaction-tree-leaf.v1");
    uint256 internal constant DEPTH = 32;

    /// @notice Leaf of an executed batch: which chain, which batch, and the root of its log tree.
    function leaf(uint256 chainId, uint256 batchNumber, bytes32 logRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAF_TAG, chainId, batchNumber, logRoot));
    }

    /// @notice The root to which a leaf at this index and its siblings, lowest first, lead.
    function computeRoot(bytes32 leafHash, uint256 index, bytes32[] calldata siblings) internal pure returns (bytes32) {
        if (siblings.length != DEPTH) revert SiblingCount(DEPTH, siblings.length);
        if (index >> DEPTH != 0) revert LeafIndexTooLarge(1 << DEPTH, index);
        bytes32 node = leafHash;
        for (uint256 level = 0; level < DEPTH; ++level) {
            node = (index >> level) & 1 == 0 ? hashPair(node, siblings[level]) : hashPair(siblings[level], node);
        }
        return node;
    }

    /// @notice keccak256 of two words. Assembly: the compiler would allocate memory for each of a proof's hashes.
    function hashPair(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }
}
