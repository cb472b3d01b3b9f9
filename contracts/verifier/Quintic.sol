// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KoalaBear} from "../libraries/KoalaBear.sol";

/// @title The quintic extension of KoalaBear, X^5 + X^2 = 1
/// @notice An element is a word of five lanes of 51 bits, coordinate i in lane i, each below the modulus.
/// @dev MODULUS is the extension's polynomial at X = 2^51, so one `mulmod` multiplies and reduces it. To keep lanes from
/// overflowing, one factor is taken in halves of 16 bits; a multiple of p in each lane keeps negative terms positive.
library Quintic {
    uint256 private constant MODULUS = 2 ** 255 + 2 ** 102 - 1;
    uint256 private constant LANE = 2 ** 51 - 1;
    uint256 private constant EVERY_LANE = 1 | (1 << 51) | (1 << 102) | (1 << 153) | (1 << 204);
    uint256 private constant LOW = EVERY_LANE * 0xffff;
    /// @dev p·2^16 times the number of products with a negative sign in each lane: 1, 0, 4, 3, 2.
    uint256 private constant BIAS = (KoalaBear.P << 16) * (1 + (4 << 102) + (3 << 153) + (2 << 204));

    /// @notice Five big-endian elements of four bytes, coordinate 0 first, as lanes. Elements may be any 32 bits.
    function fromBytes20(bytes20 packed) internal pure returns (uint256 element) {
        uint256 word = uint160(packed);
        for (uint256 i = 0; i < 5; ++i) {
            element = (element << 51) | (word & 0xffffffff);
            word >>= 32;
        }
    }

    /// @notice The inverse of `fromBytes20` for lanes below 2^32.
    function toBytes20(uint256 element) internal pure returns (bytes20) {
        uint256 word;
        for (uint256 i = 0; i < 5; ++i) {
            word = (word << 32) | (element & LANE);
            element >>= 51;
        }
        return bytes20(uint160(word));
    }

    /// @notice Product of two elements. Lanes of `a` must be at most p, lanes of `b` below 2^32.
    function multiply(uint256 a, uint256 b) internal pure returns (uint256 product) {
        uint256 low = addmod(mulmod(a, b & LOW, MODULUS), BIAS, MODULUS);
        uint256 high = addmod(mulmod(a, (b >> 16) & LOW, MODULUS), BIAS, MODULUS);
        // Lanes of both are below 2^51, so a lane's sum stays below 2^68.
        unchecked {
            for (uint256 shift = 0; shift < 255; shift += 51) {
                product |= ((((low >> shift) & LANE) + (((high >> shift) & LANE) << 16)) % KoalaBear.P) << shift;
            }
        }
    }
}
