// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Tree of a shielded pool's commitments
/// @notice Reads no state and trusts no caller. Leaves are appended in pairs to a binary tree of 2^20 leaves, whose nodes are
/// Poseidon compressions under the tag 6 and whose missing leaves are 0.
interface INoteTree {
    /// @notice The tree after another pair of leaves. The caller stores `node` as element `level` of the frontier.
    /// @param pair Number of pairs before, below 2^19 - 1: the last pair of a tree is not appended by this function.
    /// @param leftLeaf Canonical, as all digests here; others have undefined results.
    /// @param frontier For each level the last complete node that is a left child.
    function append(uint256 pair, bytes32 leftLeaf, bytes32 rightLeaf, bytes32[19] calldata frontier)
        external
        pure
        returns (bytes32 root, bytes32 node, uint256 level);
}
