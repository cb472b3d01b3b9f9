// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Index of the link to a batch (`src/ground/protocol/link-index.ts`)
/// @notice Highest bits 11, then chain and batch as in the index of a fact. A link binds its batch to the named one: L1 executes both in
/// one call. Contracts on chains that verify messages of other chains do not read it, so nothing arrives by a link.
library LinkIndex {
    /// @notice A batch has one index of a link: 0 if an id has more than 64 bits.
    function linkIndex(uint256 chainId, uint256 batchNumber) internal pure returns (uint256) {
        if ((chainId | batchNumber) >> 64 != 0) return 0;
        return (3 << 254) | (chainId << 64) | batchNumber;
    }

    /// @notice True for the index of a link: bits 128 to 253 are 0.
    function isLink(uint256 index) internal pure returns (bool) {
        return index >> 128 == 3 << 126;
    }
}
