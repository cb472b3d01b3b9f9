// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Words as field elements
/// @notice A word has 16 limbs of 16 bits, least significant first, each an element of four bytes.
library Limbs {
    /// @return low Limbs 0 to 7.
    /// @return high Limbs 8 to 15.
    function ofWord(bytes32 word) internal pure returns (uint256 low, uint256 high) {
        return (spread(uint256(word) & type(uint128).max), spread(uint256(word) >> 128));
    }

    /// @notice Eight limbs of 16 bits, the lowest one first, each in 32 bits: limbs move apart, then change places in pairs.
    /// @param x Below 2^128.
    function spread(uint256 x) internal pure returns (uint256) {
        x = (x | (x << 64)) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
        x = (x | (x << 32)) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        x = (x | (x << 16)) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        x = (x >> 128) | (x << 128);
        x = ((x >> 64) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff) | ((x & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff) << 64);
        return ((x >> 32) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff) | ((x & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff) << 32);
    }
}
