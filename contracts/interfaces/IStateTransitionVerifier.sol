// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What the proof of a batch states
/// @param commitment The batch's commitment. The circuit does not read it; the proof is bound to it all the same.
/// @param oldStateRoot Root before the batch: eight elements of four big-endian bytes.
/// @param newStateRoot Root after the batch.
/// @param diffDigest Digest of the complete diff list.
/// @param point Where the diff list is evaluated (r): five elements of four big-endian bytes.
/// @param evaluation The diff list's evaluation there (y).
/// @param outputsHash Value of the outputs slot, the last entry of the diff list.
struct StateTransition {
    bytes32 commitment;
    bytes32 oldStateRoot;
    bytes32 newStateRoot;
    bytes32 diffDigest;
    bytes20 point;
    bytes20 evaluation;
    bytes32 outputsHash;
}

/// @title Verifier of state transitions
/// @notice Accepts exactly the statements for which the caller shows a valid proof: the new root is the old root with the
/// diff list behind `diffDigest` applied, the list has the given evaluation at the given point, and its last entry is the
/// outputs slot with `outputsHash`.
/// @dev Stateless; anyone may call it and no caller is trusted: proof and statement are hostile bytes. What the proof does not
/// show is up to the caller: that the point was drawn after the list was fixed, and that the list whose digest and
/// evaluation are stated is well formed (order of entries, ranges of limbs).
interface IStateTransitionVerifier {
    /// @notice Checks a proof. Reverts with one of the errors of IStarkVerifier when it is not valid; BadStatement when a
    /// root, digest, point or evaluation has an element that is not below the field's modulus.
    /// @return Always true.
    function verify(StateTransition calldata statement, bytes calldata proof) external view returns (bool);
}
