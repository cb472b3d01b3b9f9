// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Which contract is which chain
/// @notice Answered by the chain factory. Shared contracts let a chain's contract act for its own chain id only, and trust
/// the directory for that: every contract in it runs the factory's implementation, whichever account created it. A directory that
/// lied could move every chain's assets.
interface IChainDirectory {
    /// @notice The contract of a chain, or 0 where there is none. An answer other than 0 never changes.
    function getHyperchain(uint256 chainId) external view returns (address);
}
