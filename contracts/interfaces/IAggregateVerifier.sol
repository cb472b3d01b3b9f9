// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What the proof of an aggregate states
/// @param batchCount How many batches it is about (N).
/// @param digest Of the list of their elements as the circuit saw it (A): eight elements of four big-endian bytes.
/// @param point Drawn from `digest` and from L1's own list: five elements of four big-endian bytes.
/// @param evaluation Of L1's list at the point (Z).
/// @param hubBefore State of a hub before the first batch; 0 without a hub. Digests: eight elements of four big-endian bytes.
/// @param hubAfter State of the hub after the last batch, 0 without a hub. The batches lead from one state to the other.
struct AggregateStatement {
    uint256 batchCount;
    bytes32 digest;
    bytes20 point;
    bytes20 evaluation;
    bytes32 hubBefore;
    bytes32 hubAfter;
}

/// @title Verifier of aggregates
/// @notice Accepts exactly the statements for which the caller shows a valid proof: a list of that many
/// batches exists with this digest and this evaluation at this point, and each batch is the execution of its
/// chain's transactions by the version's kernel.
/// @dev Stateless; anyone may call it and no account is trusted. One that lies lets the quorums of all chains
/// of its version, and the settlers of chains without one, write states that no transaction led to: such a
/// chain loses its own balances.
interface IAggregateVerifier {
    /// @notice Checks a proof. Reverts with a named error, or returns false, if it is not valid.
    function verify(AggregateStatement calldata statement, bytes calldata proof) external view returns (bool);

    /// @notice The verification key of the last proof: provers read it to make that proof. 0 if nothing is proven.
    function verificationKey() external view returns (bytes32);
}
