// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchRecord} from "../types/BatchRecord.sol";

/// @title The tree behind the Transaction Root: a leaf per executed batch of any chain, and per mark
/// @notice Binary keccak tree of depth 32, filled from the left; an absent leaf is 0. A leaf is the hash of five words and a
/// node of two, so neither can pass for the other.
library TransactionTree {
    error SiblingCount(uint256 expected, uint256 actual);
    error LeafIndexTooLarge(uint256 limit, uint256 actual);

    bytes32 internal constant LEAF_TAG = keccak256("hyperchain.transaction-tree-leaf.v2");
    bytes32 internal constant RECORD_TAG = keccak256("hyperchain.batch-record.v2");
    bytes32 internal constant REFUSED_TAG = keccak256("hyperchain.refused-destinations.v2");
    /// @notice Words of a record.
    uint256 internal constant RECORD_WORDS = 11;
    uint256 internal constant DEPTH = 32;

    /// @notice Leaf of an executed batch: which chain, which batch, the root of its log tree, and the hash of its record.
    function leaf(uint256 chainId, uint256 batchNumber, bytes32 logRoot, bytes32 record) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAF_TAG, chainId, batchNumber, logRoot, record));
    }

    function hashRecord(BatchRecord memory record) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECORD_TAG, record));
    }

    /// @notice Hash of a record, from its words in a proof.
    function hashRecord(bytes32[] calldata words) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(RECORD_TAG, words));
    }

    /// @notice Hash in a record of the chain ids that were refused in its batch; 0 if none was.
    function hashRefused(uint256[] memory destinations) internal pure returns (bytes32) {
        return destinations.length == 0 ? bytes32(0) : keccak256(abi.encodePacked(REFUSED_TAG, destinations));
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
