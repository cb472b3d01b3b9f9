// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Errors that a batch's commitment, its execution and its revert share
interface IBatchStageErrors {
    error ChainExited();
    error BatchNumberMismatch(uint256 expected, uint256 actual);
    error StoredBatchMismatch(uint256 batchNumber, bytes32 expected, bytes32 actual);
}
