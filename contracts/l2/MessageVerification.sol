// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IMessageVerification} from "../interfaces/l2/IMessageVerification.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {IMessageVerification}.
contract MessageVerification is IMessageVerification {
    /// @notice Version 2 ‖ depth of the log tree ‖ depth of the registry ‖ zeros.
    bytes32 private constant METADATA = bytes32(bytes3(0x020e20));
    /// @notice Version 3 ‖ depth of the log tree ‖ zeros: against a fact, whose index follows from chain and batch.
    bytes32 private constant FACT_METADATA = bytes32(bytes3(0x030e00));
    /// @notice Metadata, log tree, place in the registry, registry, index of the root.
    uint256 private constant RECORD_AT = 1 + L2LogTree.DEPTH + 1 + TransactionTree.DEPTH + 1;
    uint256 private constant PROOF_WORDS = RECORD_AT + TransactionTree.RECORD_WORDS;
    uint256 private constant FACT_WORDS = 1 + L2LogTree.DEPTH;
    /// @notice Index of `provenSince` in a record.
    uint256 private constant PROVEN_SINCE = 8;

    /// @inheritdoc IMessageVerification
    function proveL2MessageInclusionShared(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external view returns (bool) {
        bytes32 leaf = L2LogTree.messageLeaf(message.sender, keccak256(message.data));
        return proveL2LeafInclusionShared(chainId, batchNumber, index, leaf, proof);
    }

    /// @inheritdoc IMessageVerification
    function proveL2LeafInclusionShared(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) public view returns (bool) {
        bool isFact = proof.length == FACT_WORDS && proof[0] == FACT_METADATA;
        if (!isFact && (proof.length != PROOF_WORDS || proof[0] != METADATA)) {
            revert MalformedProof(PROOF_WORDS, proof.length);
        }
        // Without the bound, an index with high bits would be a second name for the same message.
        if (index >> L2LogTree.DEPTH != 0) return false;
        // The leaf of places that no log took is in nearly every tree, and says nothing.
        if (leaf == L2LogTree.EMPTY_LEAF) return false;
        bytes32 logRoot = _logRoot(index, leaf, proof);
        return isFact ? _isFact(chainId, batchNumber, logRoot) : _isInRegistry(chainId, batchNumber, logRoot, proof);
    }

    function _logRoot(uint256 index, bytes32 leaf, bytes32[] calldata proof) private pure returns (bytes32 logRoot) {
        logRoot = leaf;
        for (uint256 level = 0; level < L2LogTree.DEPTH; ++level) {
            bytes32 sibling = proof[1 + level];
            logRoot = (index >> level) & 1 == 0
                ? TransactionTree.hashPair(logRoot, sibling)
                : TransactionTree.hashPair(sibling, logRoot);
        }
    }

    function _isFact(uint256 chainId, uint256 batchNumber, bytes32 logRoot) private view returns (bool) {
        uint256 factIndex = ImportKinds.factIndex(chainId, batchNumber);
        return factIndex != 0 && IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(factIndex) == logRoot;
    }

    function _isInRegistry(uint256 chainId, uint256 batchNumber, bytes32 logRoot, bytes32[] calldata proof)
        private
        view
        returns (bool)
    {
        // A noted block of L1 has its hash instead of a log root, and a mark of a chain has no log root.
        if (uint256(proof[RECORD_AT + PROVEN_SINCE]) == type(uint64).max) revert LeafOfBlock(chainId, batchNumber);
        uint256 batchAt = 1 + L2LogTree.DEPTH;
        uint256 batchIndex = uint256(proof[batchAt]);
        if (batchIndex >> TransactionTree.DEPTH != 0) return false;
        bytes32 record = TransactionTree.hashRecord(proof[RECORD_AT:]);
        bytes32 computed = TransactionTree.computeRoot(
            TransactionTree.leaf(chainId, batchNumber, logRoot, record), batchIndex, proof[batchAt + 1:RECORD_AT - 1]
        );
        bytes32 imported = IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(uint256(proof[RECORD_AT - 1]));
        return imported != 0 && computed == imported;
    }
}
