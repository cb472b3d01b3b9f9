// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INoProofVerifier} from "../interfaces/INoProofVerifier.sol";
import {StateTransition} from "../interfaces/IStateTransitionVerifier.sol";

/// @title NO VERIFIER: takes a marker that says that nothing is proven. For tests only
/// @notice It lets the inner loop of a developer's tests run without a prover. It checks no proof, ever.
/// @dev It is kept apart from the real verifier in both directions: it refuses everything but the marker, a real proof
/// included, and the real verifier refuses the marker. As the protocol version is part of a batch's commitment,
/// and the marker names the commitment, a batch of such a version cannot be shown under another one either.
contract NoProofVerifier is INoProofVerifier {
    /// @inheritdoc INoProofVerifier
    string public constant MARKER = "NOTHING IS PROVEN";

    /// @notice Checks nothing but that the caller knows that nothing is checked. Reverts with NotTheMarker.
    /// @return Always true.
    function verify(StateTransition calldata statement, bytes calldata marker) external pure returns (bool) {
        if (keccak256(marker) != keccak256(abi.encodePacked(MARKER, statement.commitment))) {
            revert NotTheMarker(statement.commitment);
        }
        return true;
    }
}
