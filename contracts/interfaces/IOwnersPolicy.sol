// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title Data that the owners of held accounts store
/// @notice Accepts every batch and binds nothing: L1 has no data of the chain but its logs, with the messages of {HeldAccounts}.
/// @dev An operator that stops or loses its data ends the chain. For chains whose execution is proven: on another chain, a quorum that
/// lies could list acts that no owner signed. Tools refuse other chains.
interface IOwnersPolicy is IDataAvailabilityPolicy {
    /// @notice True. Clients recognize the policy by this answer.
    function isStoredByOwners() external view returns (bool);
}
