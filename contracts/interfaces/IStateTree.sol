// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a leaf of a chain's state tree says (docs/protocol.md).
/// @param kind 0 storage, 1 account header (nonce in the low 64 bits, balance in the high 192), 2 keccak of the code.
/// @param slot 0 for every kind but storage.
struct StateLeaf {
    uint8 kind;
    address account;
    uint256 slot;
    uint256 value;
}

/// @notice Where a leaf is in a state tree.
/// @param nextKey Key of the leaf that follows in the order of keys; 0 for the last.
/// @param index Below `leafCount`.
/// @param leafCount Of the whole tree.
/// @param siblings Of the leaf, then of its parents; digests.
struct LeafPath {
    bytes32 nextKey;
    uint32 index;
    uint32 leafCount;
    bytes32[32] siblings;
}

/// @title Roots of state trees
/// @notice Reads no state and trusts nobody. A root is a statement about one leaf only: that the leaf of exactly this kind,
/// account and slot has this value. Leaves 0 and 1 cannot stand for another, since the key is derived here.
/// @dev Digests bind under the collision resistance of Poseidon2 (docs/security.md). Some 40 compressions.
interface IStateTree {
    /// @dev The same error as the library's, which assembly raises here.
    error DigestNotCanonical(bytes32 digest);
    error LeafKindUnknown(uint256 highest, uint256 actual);
    error LeafCountTooLarge(uint256 limit, uint256 actual);
    error LeafIndexTooLarge(uint256 leafCount, uint256 actual);

    /// @notice The state root to which leaf and path lead. Whoever asks compares it with the root it trusts.
    function computeRoot(StateLeaf calldata leaf, LeafPath calldata path) external pure returns (bytes32 root);
}
