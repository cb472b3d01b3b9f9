// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchConfirmer} from "./BatchConfirmer.sol";
import {BatchFinalizer} from "./BatchFinalizer.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Accepts proofs of execution, confirms and executes batches
/// @notice Code that chains' contracts run on their storage (delegatecall), as CommitFacet. Called directly it works on storage which
/// has no chain: every call reverts.
contract ExecutionFacet is BatchFinalizer, BatchConfirmer {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}
}
