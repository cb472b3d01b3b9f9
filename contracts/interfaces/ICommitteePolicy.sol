// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title Data held by a committee: a validium
/// @notice Enough members must sign, by EIP-712 (domain `HyperchainAvailability` version `1` of this chain id and contract), that
/// they hold the pubdata behind a preCommitment and recomputed from it what the batch says. Policy data is
/// `abi.encode(bytes[])`, signers strictly ascending.
/// @dev Members are fixed. If as many as the threshold lie or lose the data, users cannot rebuild the state and cannot exit.
/// The signatures are not bound into the commitment: which members signed does not matter.
interface ICommitteePolicy is IDataAvailabilityPolicy {
    error CommitteeEmpty();
    error ThresholdOutOfRange(uint256 members, uint256 actual);
    error TooFewSignatures(uint256 expected, uint256 actual);

    function threshold() external view returns (uint256);

    function isMember(address account) external view returns (bool);

    function memberCount() external view returns (uint256);
}
