// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Times that follow from a chain's windows and delays, in seconds
library ChainTimes {
    /// @dev Within it an account can force an operation in (one window until it is due, one more until L1 refuses batches
    /// without it), or stop the chain that does not execute it by then and the exit delay, and what was taken can be committed,
    /// proven and, after its delay, executed; `reactionTime` is left to decide in.
    function upgradeNotice(uint64 priorityOpWindow, uint64 exitDelay, uint256 executionDelay, uint256 reactionTime)
        internal
        pure
        returns (uint256)
    {
        return 2 * uint256(priorityOpWindow) + exitDelay + executionDelay + reactionTime;
    }
}
