// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ImportBatch, StoredBatch} from "../types/Batches.sol";

/// @title A chain's first state
/// @notice A chain may be created with a first state: its configuration has the number of its imports, the
/// resulting state root and the hash of their data. Each import is proven to change the state by its data and
/// nothing else, so the tree of the first state is sound. The chain starts with the last one. Before, it has
/// no queue, commits nothing and receives nothing, so that an exit has nothing to pay.
/// @dev All of it is in the configuration, from which the chain's address follows. So no import needs a
/// signature, and anyone may bring one. What is in the first state is its creator's choice: a coin there that
/// no deposit backs is a claim on what others deposit, and who joins such a chain looks at its state.
interface IChainImports {
    /// @param record Before the first batch, or before the next import.
    event BatchImported(uint32 indexed number, bytes32 pubdataHash, bytes32 newStateRoot, StoredBatch record);

    /// @notice The chain's initial state is incomplete.
    error ImportsMissing(uint32 left);
    error NoImportLeft();
    error ImportNumberMismatch(uint32 expected, uint32 actual);
    /// @notice These are not the data that the chain was created with.
    error ImportDataMismatch(bytes32 expected, bytes32 actual);
    error ImportRootMismatch(bytes32 expected, bytes32 actual);

    /// @notice Imports the next part of the initial state. Anyone, by an account without code if the data are
    /// published.
    /// @param previous Record before the first batch, as the last import left it (BatchImported), or
    /// `genesisBatch()` for the first.
    /// @param later Hashes of the data of all imports after this one, in order. By them L1 checks this one's
    /// data immediately. Otherwise anyone could import other data, and the chain could never start.
    function importBatch(StoredBatch calldata previous, ImportBatch calldata batch, bytes32[] calldata later) external;
}
