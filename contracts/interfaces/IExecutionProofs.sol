// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";

/// @title Batches whose execution is proven
interface IExecutionProofs {
    /// @notice The aggregator of the batch's version saw a proof of its execution in this transaction. A batch that was without a proof
    /// of its data until then has both.
    event ExecutionProven(uint256 indexed batchNumber, bytes32 indexed commitment, address aggregator);

    error OnlyAggregator(address expected, address actual);

    /// @notice Takes an aggregator's word that a batch is proven. Only the aggregator of the batch's version, while that is active.
    /// @return Whether the batch is the oldest without proof, or one whose data alone are proven and which is not executed yet, and is
    /// stored just so. Otherwise nothing happens.
    function acceptProven(StoredBatch calldata batch) external returns (bool);
}
