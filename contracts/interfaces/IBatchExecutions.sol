// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchExecution} from "../types/Batches.sol";
import {IBatchStageErrors} from "./IBatchStageErrors.sol";

/// @title Execution of a chain's proven batches
/// @notice Anyone may call: the proof and the order decide.
interface IBatchExecutions is IBatchStageErrors {
    event BlockExecution(uint256 indexed batchNumber, bytes32 indexed batchHash, bytes32 indexed commitment);
    /// @notice An executed batch sent assets to these chain ids, which no chain had before the batch's first block. They stay here, and
    /// their senders get them back on this chain. Their hash is in the batch's record.
    event TransfersRefused(uint256 indexed batchNumber, uint256[] destinationChainIds);

    error BatchNotProven(uint256 proven, uint256 actual);
    /// @notice The chain's terms require the second check, and the second verifier has not confirmed this batch (`confirmBatch`).
    error SecondCheckMissing(uint256 batchNumber);
    error ExecutionDelayed(uint256 earliest, uint256 actual);
    error ImportedRootsMismatch(bytes32 expected, bytes32 actual);
    error ImportedRootUnknown(uint256 registryIndex, bytes32 expected, bytes32 actual);
    error FlowsMismatch(bytes32 expected, bytes32 actual);

    /// @notice Executes the oldest proven batches in their order, all or none. Each is executed after the delay, and after its confirmation
    /// if the current terms require the second check: the call checks its imported roots against the registry, moves its flows and
    /// publishes its log root. Reverts with the error of the first batch that the chain refuses. A call of no batch changes nothing.
    function executeBatches(BatchExecution[] calldata executions) external;
}
