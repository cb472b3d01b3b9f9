// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetFlow} from "../types/AssetFlow.sol";
import {ImportedRoot, StoredBatch} from "../types/Batches.sol";
import {IReentrancyGuard} from "./IReentrancyGuard.sol";

/// @notice A proven batch of a chain, with the lists that its execution takes.
struct LinkedBatch {
    uint256 chainId;
    StoredBatch batch;
    ImportedRoot[] imports;
    AssetFlow[] flows;
}

/// @title Execution of batches of several chains, all or none
/// @notice A batch that imports a link (LinkIndex) to a batch of another chain is executed in one call with it, or never. The other batch
/// imports the fact about the first one, so it is executed after it. Neither can be executed without the other.
/// @dev Trusted for nothing: the chains' contracts execute the batches by their rules. If it named a root that no batch of the call
/// has, one chain's part of a link could be executed without the other's.
interface ILinkedExecution is IReentrancyGuard {
    error LinkedTooMuch(uint256 limit, uint256 actual);
    /// @notice A batch of the call was executed with another log root than the call began with.
    error LinkedRootMismatch(uint256 chainId, uint256 batchNumber, bytes32 expected, bytes32 actual);

    /// @notice Executes proven batches in this order. While it runs, `rootAt` answers for the link to each batch with its log root.
    /// Any account. Reverts with the error of the first batch that its chain refuses, and then nothing has changed.
    function executeTogether(LinkedBatch[] calldata batches) external;
}
