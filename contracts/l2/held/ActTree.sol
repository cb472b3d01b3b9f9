// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHeldAccounts} from "../../interfaces/l2/IHeldAccounts.sol";

/// @title Binary tree of the acts of one root
/// @notice Zero words pad the leaves to a power of two. Inner nodes have the tag 01, and leaves of acts the tag 00: no hash
/// is both.
library ActTree {
    uint256 private constant MAX_LEAVES = 256;

    function rootOf(bytes32[] calldata leaves) internal pure returns (bytes32) {
        if (leaves.length == 0 || leaves.length > MAX_LEAVES) {
            revert IHeldAccounts.LeafCountOutOfRange(MAX_LEAVES, leaves.length);
        }
        uint256 width = 1;
        while (width < leaves.length) width *= 2;
        bytes32[] memory nodes = new bytes32[](width);
        for (uint256 i = 0; i < leaves.length; ++i) nodes[i] = leaves[i];
        for (; width > 1; width /= 2) {
            for (uint256 i = 0; i < width; i += 2) nodes[i / 2] = _parent(nodes[i], nodes[i + 1]);
        }
        return nodes[0];
    }

    /// @param path Siblings from the leaf up.
    function rootFrom(bytes32 leaf, uint256 position, bytes32[] calldata path) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 i = 0; i < path.length; ++i) {
            node = (position >> i) & 1 == 0 ? _parent(node, path[i]) : _parent(path[i], node);
        }
    }

    function _parent(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"01", left, right));
    }
}
