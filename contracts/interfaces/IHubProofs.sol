// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatedBatch} from "./IProofAggregator.sol";

/// @title Proofs of a hub's blocks
/// @notice Implemented by the aggregator of a version. Anyone may call: the proof decides. It asserts the same of the batches as an
/// aggregate's proof, and that they lead a hub from one state to another.
interface IHubProofs {
    /// @notice A state is 0, and no state of a hub is. Batches without a hub are for `proveBatches`.
    error HubStateMissing();

    /// @notice Checks the proof, and reports each batch to its chain, as `proveBatches` does. A batch that its chain refuses is skipped.
    /// Reverts if the proof is invalid.
    /// @param digest The circuit's digest of the list.
    /// @param hubBefore State of the hub before the first batch.
    /// @param hubAfter State of the hub after the last batch.
    /// @return accepted For each batch, whether its chain has accepted it now.
    function proveHub(
        AggregatedBatch[] calldata batches,
        bytes32 digest,
        bytes32 hubBefore,
        bytes32 hubAfter,
        bytes calldata proof
    ) external returns (bool[] memory accepted);
}
