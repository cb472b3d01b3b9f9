// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Rlp} from "./Rlp.sol";

/// @title Lookup of a hashed key in a Merkle-Patricia trie of Ethereum: the value, or proof that there is none
/// @notice One walk proves both. Absence needs an empty child on the key's path, or a leaf or an extension with another path; a proof
/// that ends earlier is refused. Keys have 32 bytes (a keccak), so that no branch has a value.
/// @dev A proof has the nodes from the root down that have 32 bytes or more, as geth's eth_getProof lists them: a shorter node is
/// inside its parent. Every step consumes at least a nibble of the key. OpenZeppelin's TrieProof proves inclusion only.
library TrieLookup {
    /// @notice The proof ends before the key's path does.
    error TrieNodeMissing(uint256 index);
    /// @notice A node of the proof is not the one that its parent names.
    error TrieNodeMismatch(uint256 index, bytes32 expected, bytes32 actual);
    /// @notice A node is neither a branch, nor an extension, nor a leaf of a trie with keys of 32 bytes.
    error TrieNodeMalformed();
    /// @notice The proof has nodes below the end of the key's path.
    error TrieNodesUnused(uint256 expected, uint256 actual);

    /// @notice Root of a trie without a key: keccak256 of an empty string's RLP.
    bytes32 internal constant EMPTY_ROOT = 0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421;
    uint256 private constant KEY_NIBBLES = 64;
    uint256 private constant BRANCH_ITEMS = 17;
    uint256 private constant BRANCH_VALUE_AT = 16;
    /// @dev Bytes of a node that its parent names by its hash, at least.
    uint256 private constant HASHED_BYTES = 32;
    /// @dev First byte of an empty string, and of one of 32 bytes.
    uint256 private constant EMPTY_ITEM = 0x80;
    uint256 private constant HASH_ITEM = 0xa0;
    /// @dev First byte of a list, at least.
    uint256 private constant LIST = 0xc0;

    /// @notice Value of the key; empty if the trie has none.
    function get(bytes32 root, bytes32 key, bytes[] calldata proof) internal pure returns (bytes calldata value) {
        value = msg.data[0:0];
        uint256 used = 0;
        if (root != EMPTY_ROOT) {
            bytes calldata node = _hashed(root, proof, used++);
            uint256 depth = 0;
            while (true) {
                node = Rlp.list(node);
                if (_isBranch(node)) node = _childOf(node, key, depth++);
                else (value, node, depth) = _follow(node, key, depth);
                if (node.length == 0) break;
                if (uint8(node[0]) < LIST) node = _hashed(_hashIn(node), proof, used++);
                else if (node.length >= HASHED_BYTES) revert TrieNodeMalformed();
            }
        }
        if (used != proof.length) revert TrieNodesUnused(used, proof.length);
    }

    /// @dev Hash of a node with 32 bytes or more, as its parent has it.
    function _hashIn(bytes calldata child) private pure returns (bytes32 hash) {
        (hash,) = Rlp.word(child, 0);
    }

    /// @dev A leaf and an extension have two items.
    function _isBranch(bytes calldata items) private pure returns (bool) {
        (, uint256 end,) = Rlp.next(items, 0);
        (, end,) = Rlp.next(items, end);
        return end != items.length;
    }

    /// @dev Value of a leaf, or child of an extension with its prefix; both empty if the key is on another path.
    function _follow(bytes calldata items, bytes32 key, uint256 depth)
        private
        pure
        returns (bytes calldata value, bytes calldata child, uint256 below)
    {
        (uint256 start, uint256 end, bool isList) = Rlp.next(items, 0);
        if (isList) revert TrieNodeMalformed();
        bool isLeaf;
        bool isOnPath;
        (isLeaf, below, isOnPath) = _path(items[start:end], key, depth);
        value = child = msg.data[0:0];
        (start,, isList) = Rlp.next(items, end);
        if (isLeaf) {
            if (below != KEY_NIBBLES || isList || start == items.length) revert TrieNodeMalformed();
            if (isOnPath) value = items[start:];
        } else {
            if (below == depth || below == KEY_NIBBLES) revert TrieNodeMalformed();
            if (isOnPath) child = items[end:];
        }
    }

    /// @dev Child of a branch on the key's path, with its prefix; empty if there is none.
    function _childOf(bytes calldata items, bytes32 key, uint256 depth) private pure returns (bytes calldata child) {
        if (depth >= KEY_NIBBLES) revert TrieNodeMalformed();
        uint256 nibble = (uint256(key) >> (252 - 4 * depth)) & 15;
        child = msg.data[0:0];
        uint256 count = 0;
        uint256 offset = 0;
        while (offset < items.length) {
            uint256 end = _itemEnd(items, offset);
            bool isEmpty = uint8(items[offset]) == EMPTY_ITEM;
            if (count == BRANCH_VALUE_AT && !isEmpty) revert TrieNodeMalformed();
            if (count == nibble && !isEmpty) child = items[offset:end];
            offset = end;
            ++count;
        }
        if (count != BRANCH_ITEMS) revert TrieNodeMalformed();
    }

    /// @dev End of the item at an offset. Nearly all children of a branch are empty or hashes, and their lengths follow from one byte.
    function _itemEnd(bytes calldata items, uint256 offset) private pure returns (uint256 end) {
        uint256 prefix = uint8(items[offset]);
        if (prefix == EMPTY_ITEM) return offset + 1;
        if (prefix != HASH_ITEM) (, end,) = Rlp.next(items, offset);
        else if ((end = offset + 33) > items.length) revert Rlp.RlpMalformed();
    }

    /// @dev Path of a leaf or an extension: its first nibble distinguishes the two, and an odd number of nibbles from an even one; if it is even,
    /// a nibble 0 follows.
    function _path(bytes calldata encoded, bytes32 key, uint256 depth)
        private
        pure
        returns (bool isLeaf, uint256 below, bool isOnPath)
    {
        if (encoded.length == 0 || encoded.length > 33) revert TrieNodeMalformed();
        uint256 first = uint8(encoded[0]);
        bool isOdd = (first >> 4) & 1 == 1;
        if (first >> 4 > 3 || (!isOdd && first & 15 != 0)) revert TrieNodeMalformed();
        isLeaf = first >> 4 > 1;
        uint256 length = 2 * (encoded.length - 1) + (isOdd ? 1 : 0);
        below = depth + length;
        if (below > KEY_NIBBLES) revert TrieNodeMalformed();
        uint256 path = uint256(bytes32(encoded[1:]));
        if (isOdd) path = ((first & 15) << 252) | (path >> 4);
        // A shift by 256 leaves 0: an empty path is on every key's.
        isOnPath = (path ^ (uint256(key) << (4 * depth))) >> (256 - 4 * length) == 0;
    }

    function _hashed(bytes32 expected, bytes[] calldata proof, uint256 index) private pure returns (bytes calldata node) {
        if (index >= proof.length) revert TrieNodeMissing(index);
        node = proof[index];
        bytes32 actual = keccak256(node);
        if (actual != expected) revert TrieNodeMismatch(index, expected, actual);
    }
}
