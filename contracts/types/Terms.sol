// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Accounts of which `threshold` must sign.
struct Quorum {
    uint64 threshold;
    address[] validators;
}

/// @notice Part of a chain's configuration that holds for an epoch.
/// @param standby Counts only while the quorum leaves an operation of the queue that is overdue; empty without one.
/// @param requiresSecondCheck Whether a batch executes only after the second verifier of its version has confirmed it.
struct Terms {
    Quorum quorum;
    Quorum standby;
    address dataAvailabilityPolicy;
    address transactionFilterer;
    bool isGoverned;
    bool takesReplacements;
    bool requiresSecondCheck;
}

/// @notice A chain's epochs, as L1's clock has them.
/// @param currentAt Seconds since when the current one counts; 0 for epoch 0.
/// @param nextAt Seconds from which the next one counts; 0 where none is scheduled.
struct Epochs {
    uint64 current;
    uint64 currentAt;
    uint64 nextAt;
}
