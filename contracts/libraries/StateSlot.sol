// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Rlp} from "./Rlp.sol";
import {TrieLookup} from "./TrieLookup.sol";

/// @title Storage slot of an account under a state root of Ethereum, or of a chain with Ethereum's state
library StateSlot {
    uint256 private constant ACCOUNT_FIELDS = 4;

    /// @notice The account's value has another number of fields than nonce, balance, storage root and code hash.
    error AccountFields(uint256 expected, uint256 actual);
    /// @notice The trie has a zero: Ethereum deletes a slot instead.
    error ZeroInTrie();

    /// @notice Content of the slot; 0 if the account or the slot is not in its trie.
    /// @param accountProof Nodes for keccak256(account) under the state root.
    /// @param storageProof Nodes for keccak256(slot) under the account's storage root; empty if that account does not exist.
    function valueOf(
        bytes32 stateRoot,
        address account,
        bytes[] calldata accountProof,
        uint256 slot,
        bytes[] calldata storageProof
    ) internal pure returns (uint256 value) {
        bytes calldata leaf = TrieLookup.get(stateRoot, keccak256(abi.encodePacked(account)), accountProof);
        bytes32 storageRoot = leaf.length == 0 ? TrieLookup.EMPTY_ROOT : _storageRoot(leaf);
        bytes calldata content = TrieLookup.get(storageRoot, keccak256(abi.encode(slot)), storageProof);
        if (content.length == 0) return 0;
        uint256 end;
        (value, end) = Rlp.number(content, 0);
        if (end != content.length) revert Rlp.RlpMalformed();
        if (value == 0) revert ZeroInTrie();
    }

    function _storageRoot(bytes calldata leaf) private pure returns (bytes32 storageRoot) {
        bytes calldata fields = Rlp.list(leaf);
        uint256 count = 0;
        for (uint256 offset = 0; offset < fields.length; ++count) {
            // Nonce and balance are numbers, storage root and code hash words.
            if (count < 2) {
                (, offset) = Rlp.number(fields, offset);
            } else {
                bytes32 word;
                (word, offset) = Rlp.word(fields, offset);
                if (count == 2) storageRoot = word;
            }
        }
        if (count != ACCOUNT_FIELDS) revert AccountFields(ACCOUNT_FIELDS, count);
    }
}
