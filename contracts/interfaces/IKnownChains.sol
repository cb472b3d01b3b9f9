// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Functions that take a chain's id
interface IKnownChains {
    /// @notice No chain of this ecosystem has the id.
    error UnknownChain(uint256 chainId);
}
