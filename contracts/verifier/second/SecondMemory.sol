// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";
import {SecondField} from "./SecondField.sol";

/// @title Words of memory, and the byte forms of field elements
/// @dev `unchecked`: addresses, counts and numbers of bits are below 2^32, and lanes are bounded as in `SecondField`.
library SecondMemory {
    uint256 private constant ELEMENT_MASK = 0x7fffffff;
    uint256 private constant ELEMENT_BITS = 31;
    /// @dev Eight elements fill 31 bytes.
    uint256 private constant GROUP = 8;
    /// @dev 2^-40: proofs have opened values times 2^40.
    uint256 private constant OPENING_FACTOR_INVERSE = 0x3f0100;

    function load(uint256 cursor) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(cursor)
        }
    }

    function store(uint256 cursor, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(cursor, word)
        }
    }

    function copy(uint256 from, uint256 to, uint256 length) internal pure {
        assembly ("memory-safe") {
            mcopy(to, from, length)
        }
    }

    /// @notice Room for `count` words, not cleared.
    function allocate(uint256 count) internal pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            cursor := mload(0x40)
            mstore(0x40, add(cursor, shl(5, count)))
        }
    }

    /// @notice Address after the last allocation.
    function free() internal pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            cursor := mload(0x40)
        }
    }

    /// @notice Bytes of `count` elements, eight in 31 bytes.
    function packedLength(uint256 count) internal pure returns (uint256) {
        return (count / GROUP) * ELEMENT_BITS + ((count % GROUP) * ELEMENT_BITS + 7) / 8;
    }

    /// @notice Reverts MalformedProof if a padding bit of `count` packed elements is set. Only the last group can have some.
    function requirePadding(uint256 cursor, uint256 count) internal pure {
        uint256 rest = count % GROUP;
        if (rest == 0) return;
        uint256 bits = rest * ELEMENT_BITS;
        uint256 padding = ((bits + 7) / 8) * 8 - bits;
        uint256 last = load(cursor + (count / GROUP) * ELEMENT_BITS);
        if (last >> (256 - padding) == 0) return;
        revert IStarkVerifier.MalformedProof();
    }

    /// @notice Adds to each of `count` words of `target` the packed elements at `at`, shifted by `shift` bits and times
    /// 2^-40. Reverts NonCanonicalElement.
    function addOpenings(uint256 cursor, uint256 count, uint256 target, uint256 shift) internal pure {
        bool failed;
        assembly ("memory-safe") {
            for {
                let left := count
            } left {} {
                let size := GROUP
                if lt(left, GROUP) {
                    size := left
                }
                left := sub(left, size)
                let length := shr(3, add(mul(size, ELEMENT_BITS), 7))
                let group := shr(sub(256, shl(3, length)), mload(cursor))
                cursor := add(cursor, length)
                for {} size {
                    size := sub(size, 1)
                } {
                    let element := and(group, ELEMENT_MASK)
                    group := shr(ELEMENT_BITS, group)
                    failed := or(failed, gt(element, 0x7f000000))
                    mstore(target, or(mload(target), shl(shift, mulmod(element, OPENING_FACTOR_INVERSE, 0x7f000001))))
                    target := add(target, 32)
                }
            }
        }
        if (failed) revert IStarkVerifier.NonCanonicalElement();
    }

    /// @notice Sum of a packed row's elements, each times its word pair of `weights`, in wide form; and the same sum over the
    /// first `prefix` elements alone. Reverts NonCanonicalElement.
    function weigh(
        uint256 cursor,
        uint256 count,
        uint256 weights,
        uint256 prefix
    ) internal pure returns (uint256 low, uint256 high, uint256 prefixLow, uint256 prefixHigh) {
        bool failed;
        assembly ("memory-safe") {
            let end := add(weights, shl(6, count))
            let prefixEnd := add(weights, shl(6, prefix))
            for {} lt(weights, end) {} {
                let size := shr(6, sub(end, weights))
                if gt(size, GROUP) {
                    size := GROUP
                }
                let length := shr(3, add(mul(size, ELEMENT_BITS), 7))
                let group := shr(sub(256, shl(3, length)), mload(cursor))
                cursor := add(cursor, length)
                for {
                    let groupEnd := add(weights, shl(6, size))
                } lt(weights, groupEnd) {
                    weights := add(weights, 64)
                } {
                    if eq(weights, prefixEnd) {
                        prefixLow := low
                        prefixHigh := high
                    }
                    let element := and(group, ELEMENT_MASK)
                    group := shr(ELEMENT_BITS, group)
                    failed := or(failed, gt(element, 0x7f000000))
                    low := add(low, mul(element, mload(weights)))
                    high := add(high, mul(element, mload(add(weights, 32))))
                }
            }
            if eq(weights, prefixEnd) {
                prefixLow := low
                prefixHigh := high
            }
        }
        if (failed) revert IStarkVerifier.NonCanonicalElement();
    }

    /// @notice An extension element of 20 bytes as a word: five coordinates of 31 bits, the first one lowest.
    function unpack(uint256 cursor) internal pure returns (uint256 element) {
        bool failed;
        assembly ("memory-safe") {
            let packed := shr(96, mload(cursor))
            for {
                let lane := 0
            } lt(lane, 255) {
                lane := add(lane, 51)
            } {
                let coordinate := and(packed, ELEMENT_MASK)
                packed := shr(ELEMENT_BITS, packed)
                failed := or(failed, gt(coordinate, 0x7f000000))
                element := or(element, shl(lane, coordinate))
            }
        }
        if (failed) revert IStarkVerifier.NonCanonicalElement();
    }

    /// @notice Writes a canonical extension element as 20 bytes; the bytes after them may change.
    function pack(uint256 cursor, uint256 element) internal pure {
        assembly ("memory-safe") {
            let packed := and(element, ELEMENT_MASK)
            packed := or(packed, shl(31, and(shr(51, element), ELEMENT_MASK)))
            packed := or(packed, shl(62, and(shr(102, element), ELEMENT_MASK)))
            packed := or(packed, shl(93, and(shr(153, element), ELEMENT_MASK)))
            packed := or(packed, shl(124, shr(204, element)))
            mstore(cursor, shl(96, packed))
        }
    }

    /// @notice Reverts MalformedProof if one of `count` extension elements has one of the five highest bits of its 20 bytes set.
    function requireExtensionPadding(uint256 cursor, uint256 count) internal pure {
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                if (load(cursor + 20 * i) >> 251 != 0) revert IStarkVerifier.MalformedProof();
            }
        }
    }
}
