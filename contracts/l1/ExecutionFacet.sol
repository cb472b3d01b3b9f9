// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchFinalizer} from "./BatchFinalizer.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Accepts proofs of execution and executes batches
/// @notice Code that chains' contracts run on their storage (delegatecall), as CommitFacet. Called directly it works on storage which
/// has no chain: every call reverts.
contract ExecutionFacet is BatchFinalizer {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}
}
