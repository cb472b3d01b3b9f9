// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A chain's claim about a batch's data.
/// @param published Whether the complete pubdata is in the committing transaction's own input, which is the
/// call of `commitBatches` or `settle`: a reader of L1 over plain RPC finds it by the batch's event. The
/// chain's contract has read it then; no caller's word is taken. False for commits by contracts, and by
/// accounts that have code by EIP-7702: their calldata need not be anywhere. False too where the input is not
/// the ABI's one encoding of the arguments, which every decoder reads.
/// @param preCommitment Binds chain, batch, state roots and the digest of the diff list.
/// @param pubdataHash keccak256 of the pubdata.
/// @param transactionsHash Hash of the batch's inputs (docs/protocol.md §11): proven with the batch on chains
/// that export it, else 0.
struct AvailabilityClaim {
    bool published;
    bytes32 preCommitment;
    bytes32 pubdataHash;
    bytes32 transactionsHash;
}

/// @title Whether a batch's data is available
/// @notice Chosen when a chain is created. Its address is part of every commitment of the chain.
/// @dev Called by chains' contracts with a static call; the answer must depend on nothing but its arguments and state that the
/// chain's users accept. A policy that lies says that data is available which cannot be had: the chain's users can then not
/// rebuild its state. It cannot make a false state transition provable, and it endangers no other chain.
interface IDataAvailabilityPolicy {
    /// @notice The pubdata are withheld, or not in the committing transaction's own input, or oddly encoded there: commit by an
    /// account without code, with nothing behind the arguments.
    error PubdataNotPublished();
    /// @notice The policy's data have another length than it takes.
    error MalformedPolicyData(uint256 expectedLength, uint256 actualLength);

    /// @notice Reverts unless the data is available.
    /// @param policyData What the submitter of the batch gives for this policy.
    /// @return boundDataHash keccak256 of whatever the commitment should bind of this policy's answer; keccak256 of nothing
    /// where that is nothing.
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32 boundDataHash);
}
