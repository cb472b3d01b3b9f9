// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Arithmetic of the second verifier
/// @notice Base elements are numbers below p = 2^31 − 2^24 + 1. An extension element is one word: coordinate i, a multiple
/// of X^i, is in the lane of 51 bits that starts at bit 51·i; X⁵ = 1 − X². An element is *canonical* if each lane is below p.
/// @dev Assembly throughout: the verifier makes some ten thousand products, and a product in plain Solidity costs ten times
/// as much. `unchecked` blocks are safe because every sum is bounded in a comment.
library SecondField {
    uint256 internal constant P = 0x7f000001;
    uint256 internal constant GENERATOR = 3;
    /// @dev Order of the largest subgroup of a power of two, as a logarithm.
    uint256 internal constant TWO_ADICITY = 24;
    uint256 internal constant LANE_MASK = 0x7ffffffffffff;
    /// @dev 8·p and 2^15·p in each lane: a difference adds either, so that no lane becomes negative.
    uint256 internal constant LIFTED_ZERO =
        (P << 3) | (P << 54) | (P << 105) | (P << 156) | (P << 207);
    uint256 internal constant LIFTED_ZERO_WIDE = LIFTED_ZERO << 12;
    /// @dev X itself.
    uint256 internal constant X = 1 << 51;

    /// @notice Canonical form of an element with any lanes.
    function reduce(uint256 x) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := mod(and(x, LANE_MASK), P)
            r := or(r, shl(51, mod(and(shr(51, x), LANE_MASK), P)))
            r := or(r, shl(102, mod(and(shr(102, x), LANE_MASK), P)))
            r := or(r, shl(153, mod(and(shr(153, x), LANE_MASK), P)))
            r := or(r, shl(204, mod(shr(204, x), P)))
        }
    }

    /// @notice Canonical product of two elements with any lanes below 2^51.
    function mul(uint256 x, uint256 y) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            let x0 := and(x, LANE_MASK)
            let x1 := and(shr(51, x), LANE_MASK)
            let x2 := and(shr(102, x), LANE_MASK)
            let x3 := and(shr(153, x), LANE_MASK)
            let x4 := shr(204, x)
            let y0 := and(y, LANE_MASK)
            let y1 := and(shr(51, y), LANE_MASK)
            let y2 := and(shr(102, y), LANE_MASK)
            let y3 := and(shr(153, y), LANE_MASK)
            let y4 := shr(204, y)
            // A multiple of p above 2^106, which is more than all that is subtracted: at most four products below 2^104.
            let lifted := shl(76, P)
            // Coefficients of X⁵ … X⁸: X⁵ = 1 − X², X⁶ = X − X³, X⁷ = X² − X⁴, X⁸ = X³ + X² − 1.
            let e5 := add(add(mul(x1, y4), mul(x2, y3)), add(mul(x3, y2), mul(x4, y1)))
            let e8 := mul(x4, y4)
            r := mod(add(mul(x0, y0), add(e5, sub(lifted, e8))), P)
            let e7 := add(mul(x3, y4), mul(x4, y3))
            let c := add(add(mul(x0, y2), mul(x1, y1)), mul(x2, y0))
            r := or(r, shl(102, mod(add(add(c, add(e7, e8)), sub(lifted, e5)), P)))
            c := add(add(add(mul(x0, y4), mul(x1, y3)), add(mul(x2, y2), mul(x3, y1))), mul(x4, y0))
            r := or(r, shl(204, mod(add(c, sub(lifted, e7)), P)))
            let e6 := add(add(mul(x2, y4), mul(x3, y3)), mul(x4, y2))
            r := or(r, shl(51, mod(add(add(mul(x0, y1), mul(x1, y0)), e6), P)))
            c := add(add(mul(x0, y3), mul(x1, y2)), add(mul(x2, y1), mul(x3, y0)))
            r := or(r, shl(153, mod(add(add(c, e8), sub(lifted, e6)), P)))
        }
    }

    /// @notice Canonical product of an element with any lanes and a base number below 2^51.
    function scale(uint256 x, uint256 factor) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := mod(mul(and(x, LANE_MASK), factor), P)
            r := or(r, shl(51, mod(mul(and(shr(51, x), LANE_MASK), factor), P)))
            r := or(r, shl(102, mod(mul(and(shr(102, x), LANE_MASK), factor), P)))
            r := or(r, shl(153, mod(mul(and(shr(153, x), LANE_MASK), factor), P)))
            r := or(r, shl(204, mod(mul(shr(204, x), factor), P)))
        }
    }

    /// @notice Canonical difference; each lane of `y` is at most 8·p, and each of `x` below 2^50.
    function sub(uint256 x, uint256 y) internal pure returns (uint256) {
        unchecked {
            return reduce(x + LIFTED_ZERO - y);
        }
    }

    /// @notice x^(2^log), canonical for canonical x.
    function powerOfTwo(uint256 x, uint256 log) internal pure returns (uint256) {
        unchecked {
            for (uint256 i = 0; i < log; ++i) x = mul(x, x);
            return x;
        }
    }

    /// @notice 1/x by Fermat: x^(p⁵ − 2). Zero for zero.
    function inverse(uint256 x) internal pure returns (uint256 r) {
        unchecked {
            uint256 exponent = P ** 5 - 2;
            r = 1;
            for (; exponent != 0; exponent >>= 1) {
                if (exponent & 1 == 1) r = mul(r, x);
                x = mul(x, x);
            }
        }
    }

    /// @notice Power of a base element.
    function basePower(uint256 x, uint256 exponent) internal pure returns (uint256 r) {
        unchecked {
            r = 1;
            for (; exponent != 0; exponent >>= 1) {
                if (exponent & 1 == 1) r = mulmod(r, x, P);
                x = mulmod(x, x, P);
            }
        }
    }

    /// @notice Inverse of a base element.
    function baseInverse(uint256 x) internal pure returns (uint256) {
        return basePower(x, P - 2);
    }

    /// @notice Generator of the subgroup of 2^log base elements.
    function rootOfUnity(uint256 log) internal pure returns (uint256) {
        return basePower(GENERATOR, (P - 1) >> log);
    }

    /// @notice The *wide* form of a canonical element: lanes of 85 bits in two words, with room for a sum of 2^22 products of
    /// coordinates and base elements.
    function widen(uint256 x) internal pure returns (uint256 low, uint256 high) {
        assembly ("memory-safe") {
            low := or(and(x, LANE_MASK), or(shl(85, and(shr(51, x), LANE_MASK)), shl(170, and(shr(102, x), LANE_MASK))))
            high := or(and(shr(153, x), LANE_MASK), shl(85, shr(204, x)))
        }
    }

    /// @notice Canonical element of a sum in wide form.
    function narrow(uint256 low, uint256 high) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            let mask := sub(shl(85, 1), 1)
            r := mod(and(low, mask), P)
            r := or(r, shl(51, mod(and(shr(85, low), mask), P)))
            r := or(r, shl(102, mod(shr(170, low), P)))
            r := or(r, shl(153, mod(and(high, mask), P)))
            r := or(r, shl(204, mod(shr(85, high), P)))
        }
    }
}
