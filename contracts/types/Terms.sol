// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Accounts of which so many must sign.
struct Quorum {
    uint64 threshold;
    address[] validators;
}

/// @notice What of a chain's configuration holds for an epoch.
/// @param standby Counts only where the quorum is silent.
struct Terms {
    Quorum quorum;
    Quorum standby;
    address dataAvailabilityPolicy;
    address transactionFilterer;
    bool isGoverned;
    bool takesReplacements;
}
