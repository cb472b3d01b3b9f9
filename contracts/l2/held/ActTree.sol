// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHeldAccounts} from "../../interfaces/l2/IHeldAccounts.sol";

/// @title Binary tree of the acts of one root
/// @notice Zero words pad the leaves to a power of two. Leaves of acts have the tag 00, and inner nodes the tag 01 and their
/// level, which is 0 above the leaves: a root has one depth, so no path reaches below a leaf that was posted.
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
        for (uint256 level = 0; width > 1; ++level) {
            for (uint256 i = 0; i < width; i += 2) nodes[i / 2] = _parent(level, nodes[i], nodes[i + 1]);
            width /= 2;
        }
        return nodes[0];
    }

    /// @param path Siblings from the leaf up.
    function rootFrom(bytes32 leaf, uint256 position, bytes32[] calldata path) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 i = 0; i < path.length; ++i) {
            node = (position >> i) & 1 == 0 ? _parent(i, node, path[i]) : _parent(i, path[i], node);
        }
    }

    function _parent(uint256 level, bytes32 left, bytes32 right) private pure returns (bytes32) {
        // Posted trees have 8 levels at most.
        return keccak256(abi.encodePacked(hex"01", uint8(level), left, right));
    }
}
