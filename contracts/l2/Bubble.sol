// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Reverts with another call's revert data.
function bubble(bytes memory revertData) pure {
    assembly ("memory-safe") {
        revert(add(revertData, 0x20), mload(revertData))
    }
}
