// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchFinalizer} from "./BatchFinalizer.sol";
import {BatchSettler} from "./BatchSettler.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title What a chain's contract does with batches
/// @notice Code that chains' contracts run on their own storage (delegatecall): both together would not fit into one contract.
/// Called directly it works on its own storage, in which there is no chain: every call reverts.
contract SettlementFacet is BatchSettler, BatchFinalizer {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}
}
