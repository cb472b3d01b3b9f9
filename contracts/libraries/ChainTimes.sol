// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Times that follow from a chain's windows and delays, in seconds
library ChainTimes {
    /// @dev The longest that a proven batch waits for its execution, proven however.
    function longestDelay(uint64 executionDelay, uint64 unprovenDelay) internal pure returns (uint256) {
        return executionDelay > unprovenDelay ? executionDelay : unprovenDelay;
    }

    /// @dev Within it an account can force an operation in (one window until it is due, one more until L1 refuses batches
    /// without it), or stop the chain that does not execute it by then and the exit delay, and what was taken can be committed,
    /// proven and, after its delay, executed; `reactionTime` is left to decide in.
    function upgradeNotice(uint64 priorityOpWindow, uint64 exitDelay, uint256 longestDelay_, uint256 reactionTime)
        internal
        pure
        returns (uint256)
    {
        return 2 * uint256(priorityOpWindow) + exitDelay + longestDelay_ + reactionTime;
    }
}
