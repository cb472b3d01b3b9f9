// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Functions that only one caller may use
interface IRestrictedCallers {
    /// @notice The function belongs to another caller. Nothing changed.
    error CallerNotAllowed(address expected, address actual);
}
