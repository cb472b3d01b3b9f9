// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchRecord} from "../types/BatchRecord.sol";
import {TransactionTree} from "./TransactionTree.sol";

/// @title Leaf of a noted block of L1 in the registry of Transaction Roots
/// @notice It has L1's chain id, which no chain has, the block's number for a batch's, the block's hash for a log root, and the record
/// of a mark without a state, so that no reader takes it for a batch or for the state of a chain.
library BlockLeaf {
    function record(uint64 notedAt) internal pure returns (BatchRecord memory result) {
        result.executedAt = notedAt;
        result.provenSince = type(uint64).max;
    }

    function hash(uint256 l1ChainId, uint256 number, bytes32 blockHash, uint64 notedAt) internal pure returns (bytes32) {
        return TransactionTree.leaf(l1ChainId, number, blockHash, TransactionTree.hashRecord(record(notedAt)));
    }
}
