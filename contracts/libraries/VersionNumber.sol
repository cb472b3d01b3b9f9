// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the number of a protocol version says of it
/// @notice 32 bits: 0 execution is proven ‖ 1…7 format ‖ 8…15 generation ‖ 16…30 machine ‖ 31 nothing is proven.
library VersionNumber {
    uint256 private constant FORMAT_SHIFT = 1;
    uint256 private constant FORMATS = 1 << 7;
    uint256 private constant MACHINE_SHIFT = 16;
    uint256 private constant MACHINES = 1 << 15;
    uint256 private constant NO_PROOF_SHIFT = 31;

    /// @dev True if L1 executes the version's batches by proofs of their execution, or by markers instead.
    function isProven(uint256 version) internal pure returns (bool) {
        return version & 1 != 0;
    }

    function formatOf(uint256 version) internal pure returns (uint256) {
        return (version >> FORMAT_SHIFT) % FORMATS;
    }

    function machineOf(uint256 version) internal pure returns (uint256) {
        return (version >> MACHINE_SHIFT) % MACHINES;
    }

    /// @dev True if L1 accepts a marker in place of each proof of the version's batches.
    function isWithoutProofs(uint256 version) internal pure returns (bool) {
        return version >> NO_PROOF_SHIFT != 0;
    }
}
