// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";

/// @title Batches whose execution is proven
interface IExecutionProofs {
    /// @notice The aggregator of the batch's version saw a proof of its execution in this transaction.
    event ExecutionProven(uint256 indexed batchNumber, bytes32 indexed commitment, address aggregator);

    error OnlyAggregator(address expected, address actual);

    /// @notice Takes an aggregator's word that a batch is proven. Only the aggregator of the batch's version, while that is active.
    /// @return Whether the batch is the oldest without a proof and is stored with this content. Otherwise nothing happens.
    function acceptProven(StoredBatch calldata batch) external returns (bool);
}
