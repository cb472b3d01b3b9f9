// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchReverter} from "./BatchReverter.sol";
import {BatchSettler} from "./BatchSettler.sol";
import {Ecosystem, HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Commits and reverts batches, and settles them without a quorum
/// @notice Code that chains' contracts run on their storage (delegatecall): everything would not fit into one contract.
/// Called directly it works on storage which has no chain: every call reverts.
contract CommitFacet is BatchSettler, BatchReverter {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}
}
