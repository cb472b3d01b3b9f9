// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregateStatement} from "../interfaces/IAggregateVerifier.sol";
import {INoProofAggregate} from "../interfaces/INoProofAggregate.sol";

/// @title NO VERIFIER of aggregates: accepts a marker instead of a proof. For tests only
/// @notice The aggregator, queue-only chains and shared proofs run on it without a prover. It checks no proof, ever.
/// @dev It refuses everything but the marker, a real proof included, and the real verifier refuses the marker. The marker names the statement, whose
/// point is drawn from the version, the digest and every byte of every batch, so a marker of other batches is refused.
contract NoProofAggregate is INoProofAggregate {
    /// @inheritdoc INoProofAggregate
    string public constant MARKER = "NOTHING IS PROVEN";

    /// @notice Compares the marker with the statement. Reverts with AggregateMarkerMismatch.
    /// @return Always true.
    function verify(AggregateStatement calldata statement, bytes calldata marker) external pure returns (bool) {
        bytes32 named = keccak256(abi.encode(statement));
        if (keccak256(marker) != keccak256(abi.encodePacked(MARKER, named))) revert AggregateMarkerMismatch(named);
        return true;
    }

    /// @notice No proof is checked, so there is no key.
    /// @return Always 0.
    function verificationKey() external pure returns (bytes32) {
        return 0;
    }
}
