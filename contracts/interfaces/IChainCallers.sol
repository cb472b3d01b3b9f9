// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Functions that only a chain's contract on L1 may use
interface IChainCallers {
    /// @notice The function belongs to the contract of that chain. Nothing changed.
    error NotTheChain(uint256 chainId, address expected, address actual);
}
