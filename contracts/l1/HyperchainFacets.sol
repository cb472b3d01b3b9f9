// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommitFacet} from "./CommitFacet.sol";
import {ExecutionFacet} from "./ExecutionFacet.sol";
import {Ecosystem} from "./HyperchainStorage.sol";
import {ImportFacet} from "./ImportFacet.sol";

/// @title Creates the facets of the chains' contract
/// @notice One for all chains. The contract of a chain and its facets would exceed the limit of creation code (EIP-3860).
/// @dev The constructor creates the facets, so that all facets have the same ecosystem. No account can exchange one.
contract HyperchainFacets {
    address public immutable commitFacet;
    address public immutable executionFacet;
    address public immutable importFacet;

    Ecosystem private shared;

    constructor(Ecosystem memory ecosystem_) {
        shared = ecosystem_;
        commitFacet = address(new CommitFacet(ecosystem_));
        executionFacet = address(new ExecutionFacet(ecosystem_));
        importFacet = address(new ImportFacet(ecosystem_));
    }

    function ecosystem() external view returns (Ecosystem memory) {
        return shared;
    }
}
