// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Accounts whose state is in a second tree
/// @notice A trusted chain may hold the state of some accounts in a tree whose data L1 does not have: its root is slot 0 of 0x10017, which
/// has no code, so no contract reads it. An account that joined stays. No chain with proven execution has a second tree.
interface IPartitions {
    /// @notice True for an account in the second tree.
    function isMember(address account) external view returns (bool);
}
