// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStateTransitionVerifier, StateTransition} from "../../../../contracts/interfaces/IStateTransitionVerifier.sol";

/// @notice Test double of the verifier: a proof is the hash of its statement. It shows that a chain's contract passes on the
/// right statement; that statements are true is shown elsewhere, with the real verifier.
contract VerifierDouble is IStateTransitionVerifier {
    error WrongProof(bytes32 expected);

    /// @dev While true, says no instead of reverting, which the real verifier never does.
    bool public refuses;

    function setRefuses(bool value) external {
        refuses = value;
    }

    function verify(StateTransition calldata statement, bytes calldata proof) external view returns (bool) {
        if (refuses) return false;
        bytes32 expected = keccak256(abi.encode(statement));
        if (proof.length != 32 || bytes32(proof) != expected) revert WrongProof(expected);
        return true;
    }
}
