// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The quintic extension of KoalaBear, X^5 + X^2 = 1
/// @notice An element is a word of five lanes of 51 bits, coordinate i in lane i.
/// @dev MODULUS is the extension's polynomial at X = 2^51, so one `mulmod` multiplies and reduces it. To keep lanes from
/// overflowing, one factor is taken in halves of 16 bits; a multiple of p in each lane keeps negative terms positive. As
/// p = 127·2^24 + 1, adding -p times a lane's low bits clears them: two such steps divide by 2^40. The same arithmetic
/// as in the generated verifier.
library Quintic {
    uint256 private constant P = 0x7f000001;
    uint256 private constant MODULUS = 2 ** 255 + 2 ** 102 - 1;
    uint256 private constant EVERY_LANE = 1 | (1 << 51) | (1 << 102) | (1 << 153) | (1 << 204);
    uint256 private constant LOW16 = EVERY_LANE * 0xffff;
    uint256 private constant LOW24 = EVERY_LANE * 0xffffff;
    /// @dev Number of products with a negative sign in each lane.
    uint256 private constant NEGATIVE_TERMS = 1 + (4 << 102) + (3 << 153) + (2 << 204);
    /// @dev 85200·p is at least 1.3·p·(2^16 - 1), the largest product.
    uint256 private constant BIAS_HIGH = NEGATIVE_TERMS * 85200 * P;
    uint256 private constant BIAS_LOW = BIAS_HIGH + ((EVERY_LANE * P) << 16);
    /// @dev 2^80 mod p.
    uint256 private constant MONTGOMERY_SQUARE = 0x3fe3cfb0;

    /// @notice Five big-endian elements of four bytes, coordinate 0 first, as lanes. Elements may be any 32 bits.
    function fromBytes20(bytes20 packed) internal pure returns (uint256) {
        uint256 word = uint160(packed);
        return
            (word >> 128) |
            ((word >> 45) & (0xffffffff << 51)) |
            ((word << 38) & (0xffffffff << 102)) |
            ((word << 121) & (0xffffffff << 153)) |
            ((word << 204) & (0xffffffff << 204));
    }

    /// @notice The inverse of `fromBytes20` for lanes below 2^32, as the lowest 20 bytes of a word.
    function toWord20(uint256 element) internal pure returns (uint256) {
        return
            ((element & 0xffffffff) << 128) |
            ((element & (0xffffffff << 51)) << 45) |
            ((element & (0xffffffff << 102)) >> 38) |
            ((element & (0xffffffff << 153)) >> 121) |
            (element >> 204);
    }

    /// @notice a·2^40, the form of a factor whose products with plain elements are plain. Lanes of `a` must be below 2^32,
    /// those of the result are at most 1.04·p.
    function toMontgomery(uint256 a) internal pure returns (uint256) {
        unchecked {
            uint256 t = a * (MONTGOMERY_SQUARE & 0xffff) + ((EVERY_LANE * P) << 16);
            return _reduce(a * (MONTGOMERY_SQUARE >> 16), t);
        }
    }

    /// @notice a·b·2^-40 with lanes below p. Lanes of `a` must be at most 1.3·p, those of `b` below 2^32; otherwise the
    /// result is any number.
    function multiply(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 t = addmod(mulmod(a, b & LOW16, MODULUS), BIAS_LOW, MODULUS);
            uint256 product = _reduce(addmod(mulmod(a, (b >> 16) & LOW16, MODULUS), BIAS_HIGH, MODULUS), t);
            return subtractModulus(product);
        }
    }

    /// @notice The canonical element. Lanes must be below 2p.
    function subtractModulus(uint256 a) internal pure returns (uint256) {
        unchecked {
            return a - (((a + EVERY_LANE * (2 ** 32 - P)) >> 32) & EVERY_LANE) * P;
        }
    }

    /// @dev (high·2^16 + low)·2^-40, lanes below 2p.
    function _reduce(uint256 high, uint256 low) private pure returns (uint256) {
        unchecked {
            uint256 t = high + ((low - (low & LOW16) * P) >> 16);
            uint256 y = t & LOW24;
            return ((t - y) >> 24) + EVERY_LANE * P - y * 127;
        }
    }
}
