// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice Content of a leaf of a chain's state tree (docs/protocol.md).
/// @param kind 0 storage, 1 account header (nonce in the low 64 bits, balance in the high 192), 2 keccak of the code.
/// @param slot 0 for every kind but storage.
struct StateLeaf {
    uint8 kind;
    address account;
    uint256 slot;
    uint256 value;
}

/// @notice Subject of a leaf, as in {StateLeaf}.
struct StateKey {
    uint8 kind;
    address account;
    uint256 slot;
}

/// @notice Position of a leaf in a state tree.
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

/// @notice The leaf before a gap in the order of keys; leaf 0, whose key is 0, comes before all others.
/// @param key Digest.
struct LowLeaf {
    uint8 kind;
    bytes32 key;
    uint256 value;
}

/// @title Roots of state trees
/// @notice Reads no state and trusts no caller. A root is a statement about one leaf only: that the leaf of exactly this kind,
/// account and slot has this value, or that there is none. No leaf can replace another, since the key is derived here.
/// @dev Digests bind under the collision resistance of Poseidon (docs/security.md). Some 40 compressions. The same code is a
/// predeploy of every chain; the gas that a call takes follows from its selector and the length of its calldata alone.
interface IStateTree {
    /// @notice An element of the digest is not below the field's modulus.
    error DigestNotCanonical(bytes32 digest);
    /// @notice The leaf does not come before the gap in which the key would be: it is the key's own, or another's neighbour.
    error KeyNotBetween(bytes32 key, bytes32 lower, bytes32 upper);
    error LeafKindUnknown(uint256 highest, uint256 actual);
    error LeafCountTooLarge(uint256 limit, uint256 actual);
    error LeafIndexTooLarge(uint256 leafCount, uint256 actual);

    /// @notice The state root to which leaf and path lead. The caller compares it with the root that it trusts.
    function computeRoot(StateLeaf calldata leaf, LeafPath calldata path) external pure returns (bytes32 root);

    /// @notice The state root to which the leaf before a gap and its path lead. A tree of that root has no leaf of this kind,
    /// account and slot: its key is in the gap.
    function computeRootWithout(StateKey calldata key, LowLeaf calldata low, LeafPath calldata path)
        external
        pure
        returns (bytes32 root);
}
