// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Output roots of the OP Stack: the state of a rollup, as its contracts on L1 have it
/// @notice Who may propose an output root and when it is final is up to the contract on L1 that stores it. A reader chooses that contract
/// and its slot, and trusts its rules. With the state root, {StateSlot} reads the rollup's storage.
library OutputRoot {
    /// @notice The preimage is not that of the output root.
    error OutputRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice Only version 0 of output roots is specified.
    error OutputVersionUnknown(bytes32 expected, bytes32 actual);

    /// @notice State root of the rollup's block whose output root this is.
    /// @param outputRoot From storage of L1 (IL1Storage).
    /// @param passerRoot Storage root of the rollup's L2ToL1MessagePasser.
    /// @param blockHash Hash of the rollup's block.
    function stateRoot(bytes32 outputRoot, bytes32 version, bytes32 stateRoot_, bytes32 passerRoot, bytes32 blockHash)
        internal
        pure
        returns (bytes32)
    {
        if (version != 0) revert OutputVersionUnknown(0, version);
        bytes32 actual = keccak256(abi.encode(version, stateRoot_, passerRoot, blockHash));
        if (actual != outputRoot) revert OutputRootMismatch(outputRoot, actual);
        return stateRoot_;
    }
}
