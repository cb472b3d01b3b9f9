// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ImportBatch, StoredBatch} from "../types/Batches.sol";

/// @title A chain's first state
/// @notice A chain may be created with a first state: its configuration says how many imports bring it, which state root they lead to and
/// what their data come to. Each import is proven to change the state by its data and nothing else, so the tree of the first state is sound.
/// The chain is born with the last one. Before, it has no queue, commits nothing and is no destination: nothing can come in, so that
/// an exit has nothing to give out.
/// @dev All of it is in the configuration, from which the chain's address follows. So no import needs a signature, and anyone may bring
/// one. What is in the first state is its creator's choice: a coin there that no deposit backs is a claim on what others deposit, and who
/// joins such a chain looks at its state.
interface IChainImports {
    /// @param record Before the first batch, or before the next import.
    event BatchImported(uint32 indexed number, bytes32 pubdataHash, bytes32 newStateRoot, StoredBatch record);

    /// @notice The chain is not born yet.
    error ImportsMissing(uint32 left);
    error NoImportLeft();
    error ImportNumberMismatch(uint32 expected, uint32 actual);
    /// @notice These are not the data that the chain was created with.
    error ImportDataMismatch(bytes32 expected, bytes32 actual);
    error ImportRootMismatch(bytes32 expected, bytes32 actual);

    /// @notice Brings the next part of the first state. Anyone, by an account without code where the data are published.
    /// @param previous Record before the first batch, as the last import left it (BatchImported), or `genesisBatch()` for the first.
    /// @param later Hashes of the data of all imports behind this one, in order: by them L1 knows at once whether this one's are the
    /// right ones. Else anyone could bring others, and the chain would never be born.
    function importBatch(StoredBatch calldata previous, ImportBatch calldata batch, bytes32[] calldata later) external;
}
