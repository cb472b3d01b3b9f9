// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Functions that do not run inside one another
interface IReentrancyGuard {
    /// @notice The call came from within a guarded function of the same contract: let that one end first. Nothing changed.
    error Reentered();
}
