// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title Changes of a chain's porter on L1
/// @notice Policy data is the list of the porter's changes by a batch, in the encoding of pubdata (docs/protocol.md), or nothing if
/// the batch changes nothing there. Its hash is bound into the commitment. The bytes are on L1: in the input of the committing
/// transaction, or in the event `CommitCall` of the chain's contract.
/// @dev L1 does not check that the list leads to the porter's root, which is a leaf of the chain's state. The chain's validators compare
/// that before they sign. A quorum that lies can publish another list: the porter can then not be rebuilt from L1, and
/// accounts of the rollup lose nothing.
interface IListedPolicy is IDataAvailabilityPolicy {
    /// @notice The list is longer than the limit.
    error ListTooLong(uint256 limit, uint256 actual);

    /// @notice Maximum length of policy data, in bytes.
    function maxListBytes() external view returns (uint256);
}
