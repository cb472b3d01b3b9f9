// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SecondMemory} from "./SecondMemory.sol";

/// @title Merkle paths that several leaves of one tree share
/// @notice Leaves are ascending and distinct, one index a word. Leaf after leaf, the current node climbs until it meets its
/// neighbour: it joins left neighbours that wait, and siblings of the proof at all other layers. All but
/// the last leaf's node then wait for their right neighbour.
/// @dev `unchecked`: addresses, counts and numbers of bits are below 2^32, and lanes are bounded as in `SecondField`.
library SecondPaths {
    /// @notice Sibling digests that open `count` leaves of a tree of 2^depth: layers climbed, less the layers whose
    /// nodes are both opened.
    function siblingCount(uint256 leaves, uint256 count, uint256 depth) internal pure returns (uint256 siblings) {
        unchecked {
            siblings = depth + 1;
            for (uint256 i = 1; i < count; ++i) siblings += _meeting(leaves, i);
            siblings -= count;
        }
    }

    /// @notice Root of leaf digests and siblings; digests have `size` bytes and are at the high end of a word.
    /// @param stack Free memory for two words a leaf.
    function root(
        uint256 leaves,
        uint256 digests,
        uint256 count,
        uint256 depth,
        uint256 siblings,
        uint256 size,
        uint256 stack
    ) internal pure returns (uint256 node) {
        unchecked {
            uint256 mask = ~(type(uint256).max >> (8 * size));
            uint256 bottom = stack;
            for (uint256 i = 0; i < count; ++i) {
                node = SecondMemory.load(digests + 32 * i);
                uint256 index = SecondMemory.load(leaves + 32 * i);
                uint256 until = i + 1 < count ? _meeting(leaves, i + 1) : depth;
                for (uint256 layer = 0; layer < until; ++layer) {
                    uint256 left;
                    uint256 right;
                    if (stack != bottom && SecondMemory.load(stack - 64) == layer) {
                        stack -= 64;
                        left = SecondMemory.load(stack + 32);
                        right = node;
                    } else {
                        uint256 sibling = SecondMemory.load(siblings) & mask;
                        siblings += size;
                        (left, right) = (index >> layer) & 1 == 1 ? (sibling, node) : (node, sibling);
                    }
                    assembly ("memory-safe") {
                        mstore(0, left)
                        mstore(size, right)
                        node := and(keccak256(0, add(size, size)), mask)
                    }
                }
                SecondMemory.store(stack, until);
                SecondMemory.store(stack + 32, node);
                stack += 64;
            }
        }
    }

    /// @dev Layer of neighbouring ancestors of leaf i − 1 and leaf i: the highest bit that differs.
    function _meeting(uint256 leaves, uint256 i) private pure returns (uint256 layer) {
        unchecked {
            uint256 difference = SecondMemory.load(leaves + 32 * i - 32) ^ SecondMemory.load(leaves + 32 * i);
            while (difference > 1) {
                difference >>= 1;
                ++layer;
            }
        }
    }
}
