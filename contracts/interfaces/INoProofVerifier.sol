// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";

/// @title What stands behind a protocol version under which NOTHING IS PROVEN. For tests only
/// @notice A reader that finds it behind a version must take every batch of that version as the bare word of the chain's
/// validators: it checks no proof, ever. A version that names it has the highest of its 32 bits set.
interface INoProofVerifier is IStateTransitionVerifier {
    /// @notice What was shown is not the marker for this batch.
    /// @param commitment The batch's.
    error NotTheMarker(bytes32 commitment);

    /// @notice How the marker begins; the batch's commitment follows.
    function MARKER() external view returns (string memory);
}
