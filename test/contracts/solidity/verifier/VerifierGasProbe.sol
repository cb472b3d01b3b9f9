// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStateTransitionVerifier, StateTransition} from "../../../../contracts/interfaces/IStateTransitionVerifier.sol";

/// @title Verifies inside a transaction, so that a receipt shows what a proof costs
/// @notice For tests and benches. Anyone may call it; it keeps nothing.
contract VerifierGasProbe {
    /// @notice A proof was accepted.
    event Accepted(bytes32 indexed commitment);

    IStateTransitionVerifier public immutable verifier;

    constructor(IStateTransitionVerifier verifier_) {
        verifier = verifier_;
    }

    /// @notice Reverts with the verifier's error when the proof is not valid.
    function check(StateTransition calldata statement, bytes calldata proof) external {
        verifier.verify(statement, proof);
        emit Accepted(statement.commitment);
    }
}
