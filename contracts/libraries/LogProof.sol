// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2LogTree} from "./L2LogTree.sol";
import {TransactionTree} from "./TransactionTree.sol";

/// @title Proofs that a log is in a batch's log tree, in ZK Stack's format
/// @notice The first word is metadata: version 1, number of siblings, length of the batch leaf's proof (0: the batch's root
/// is on the same chain), final flag 1, zeros. The siblings follow, lowest first.
library LogProof {
    error LogProofLength(uint256 expected, uint256 actual);
    error LogProofMetadata(bytes32 expected, bytes32 actual);
    error LogIndexTooLarge(uint256 limit, uint256 actual);

    bytes32 internal constant METADATA = bytes32(abi.encodePacked(uint8(1), uint8(L2LogTree.DEPTH), uint8(0), uint8(1)));

    /// @notice The root to which the leaf leads. An index beyond the tree is refused: a second index for one leaf would be a
    /// second claim.
    function computeRoot(bytes32 leaf, uint256 index, bytes32[] calldata proof) internal pure returns (bytes32 node) {
        if (proof.length != L2LogTree.DEPTH + 1) revert LogProofLength(L2LogTree.DEPTH + 1, proof.length);
        if (proof[0] != METADATA) revert LogProofMetadata(METADATA, proof[0]);
        if (index >> L2LogTree.DEPTH != 0) revert LogIndexTooLarge(1 << L2LogTree.DEPTH, index);
        node = leaf;
        for (uint256 level = 0; level < L2LogTree.DEPTH; ++level) {
            bytes32 sibling = proof[level + 1];
            node = (index >> level) & 1 == 0
                ? TransactionTree.hashPair(node, sibling)
                : TransactionTree.hashPair(sibling, node);
        }
    }
}
