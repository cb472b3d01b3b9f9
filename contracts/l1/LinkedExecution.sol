// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {ILinkedExecution, LinkedBatch} from "../interfaces/ILinkedExecution.sol";
import {LinkIndex} from "../libraries/LinkIndex.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {BatchExecution} from "../types/Batches.sol";

/// @title Execution of batches of several chains, all or none
/// @notice Part of the registry, so that no contract but the one that chains read can note a root.
abstract contract LinkedExecution is ILinkedExecution, ReentrancyGuard {
    /// @notice Batches of a call: four of each of two chains. Proofs of more would wait for one transaction.
    uint256 public constant MAX_LINKED_BATCHES = 8;

    /// @inheritdoc ILinkedExecution
    function executeTogether(LinkedBatch[] calldata batches) external nonReentrant {
        if (batches.length > MAX_LINKED_BATCHES) revert LinkedTooMuch(MAX_LINKED_BATCHES, batches.length);
        address[] memory chains = new address[](batches.length);
        for (uint256 i = 0; i < batches.length; ++i) {
            LinkedBatch calldata each = batches[i];
            chains[i] = _chainOf(each.chainId);
            _note(LinkIndex.linkIndex(each.chainId, each.batch.batchNumber), each.batch.l2LogsTreeRoot);
        }
        BatchExecution[] memory one = new BatchExecution[](1);
        for (uint256 i = 0; i < batches.length; ++i) {
            LinkedBatch calldata each = batches[i];
            one[0] = BatchExecution({batch: each.batch, imports: each.imports, flows: each.flows});
            IBatchExecutions(chains[i]).executeBatches(one);
        }
        for (uint256 i = 0; i < batches.length; ++i) {
            LinkedBatch calldata each = batches[i];
            uint256 number = each.batch.batchNumber;
            uint256 index = LinkIndex.linkIndex(each.chainId, number);
            bytes32 executed = IBatches(chains[i]).l2LogsRootHash(number);
            bytes32 expected = _notedRoot(index);
            if (executed != expected) revert LinkedRootMismatch(each.chainId, number, expected, executed);
        }
        for (uint256 i = 0; i < batches.length; ++i) {
            _note(LinkIndex.linkIndex(batches[i].chainId, batches[i].batch.batchNumber), 0);
        }
    }

    /// @dev Reverts for an id without a chain.
    function _chainOf(uint256 chainId) internal view virtual returns (address);

    /// @dev Log root of a batch of the call that runs, by the index of its link; otherwise 0.
    function _notedRoot(uint256 index) internal view returns (bytes32 root) {
        // Solidity has no mapping in transient storage, and a stored one would cost 22,100 gas a batch.
        assembly ("memory-safe") {
            root := tload(index)
        }
    }

    /// @dev The slot is the index itself: at least 3 * 2^254, above each slot that the compiler assigns.
    function _note(uint256 index, bytes32 root) private {
        assembly ("memory-safe") {
            tstore(index, root)
        }
    }
}
