// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";

/// @title Verifier of a protocol version under which NOTHING IS PROVEN. For tests only
/// @notice A reader of a version with this verifier must take every batch of the version as the unproven
/// claim of the chain's validators: it checks no proof, ever. A version that names it has the highest of its
/// 32 bits set.
interface INoProofVerifier is IStateTransitionVerifier {
    /// @notice The given proof is not the marker for this batch.
    /// @param commitment The batch's.
    error NotTheMarker(bytes32 commitment);

    /// @notice Prefix of the marker; the batch's commitment follows.
    function MARKER() external view returns (string memory);
}
