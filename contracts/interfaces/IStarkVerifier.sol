// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Verifier of one STARK proof system
/// @notice Checks a proof that public values have the meaning which the system's tables give them. Everything that the
/// check depends on (tables, parameters, verification key) is fixed in the code; no account can change it.
/// @dev Stateless; anyone may call it. No caller is trusted: the proof is hostile bytes. What the caller must ensure is that
/// `statementHash` binds `publicValues`: it should be the hash of the statement that they are computed from. The names
/// of the errors are the rejection codes of the TypeScript verifier, which checks in the same order.
interface IStarkVerifier {
    /// @notice Wrong version, table height or length of the proof, or a padding bit that is not zero.
    error MalformedProof();
    /// @notice A field element of the proof is not below the field's modulus.
    error NonCanonicalElement();
    /// @notice The public values have the wrong number or one of them is not below the field's modulus.
    error BadStatement();
    /// @notice The lookup sums of the tables do not add up to zero.
    error LookupSumMismatch();
    /// @notice The out-of-domain point lies in the trace or evaluation domain.
    error PointInDomain();
    /// @notice The constraints at the out-of-domain point are not the vanishing polynomial times the quotient.
    error ConstraintMismatch();
    /// @notice The opened values are not those of the committed columns, where columns are opened by a stack.
    error ClaimMismatch();
    /// @notice The hash of the grinding nonce does not start with enough zero bits.
    error GrindingTooWeak();
    /// @notice The query positions could not be drawn with a bounded number of hashes. No honest prover meets this.
    error PositionsExhausted();
    /// @notice An opening does not lead to its committed root.
    /// @param tree Number of the tree in the order of the proof.
    error MerkleMismatch(uint256 tree);
    /// @notice A value of a FRI layer differs from what the layer before it gives.
    /// @param layer Number of the FRI layer.
    error FoldMismatch(uint256 layer);
    /// @notice The final polynomial differs from the last fold.
    error FinalPolynomialMismatch();
    /// @notice The contract was generated for another system, or for none. Only a deployment meets this.
    /// @param part The contract that the constructor was given.
    /// @param expected Verification key of this verifier's system.
    /// @param actual Answer of the contract to an empty call; 0 if that is not a word.
    error PartOfOtherSystem(address part, bytes32 expected, bytes32 actual);

    /// @notice The verification key of the system whose proofs it checks: those who make proofs compare.
    function verificationKey() external view returns (bytes32);

    /// @notice Checks a proof; reverts with one of the errors above when it is not valid.
    /// @param statementHash keccak256 of the statement's bytes.
    /// @param publicValues The statement's public values, four big-endian bytes each.
    /// @param proof The proof in the engine's binary format.
    /// @return Always true; an invalid proof reverts.
    function verify(
        bytes32 statementHash,
        bytes calldata publicValues,
        bytes calldata proof
    ) external view returns (bool);
}
