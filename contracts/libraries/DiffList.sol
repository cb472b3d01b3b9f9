// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pubdata} from "./Pubdata.sol";

/// @title A batch's diff list: strict decoding and evaluation in one pass (layout and limbs: docs/protocol.md)
/// @notice Not checked here, because it takes Poseidon2: that insertions ascend by key, that a code entry's leaf is of the
/// code kind, that values change. The circuit checks the last two; the first only fixes which order is written.
library DiffList {
    error LeafCountBeyondLimit(uint256 offset);
    error UnknownEntryHead(uint256 offset);
    error LengthOutOfRange(uint256 offset);
    error LeadingZeroByte(uint256 offset);
    error IndexNotAscending(uint256 offset);
    error IndexBeyondLeafCount(uint256 offset);
    error ZeroInsertion(uint256 offset);
    error KindReserved(uint256 offset);
    error TrailingBytes(uint256 offset);

    uint256 internal constant MAX_LEAF_COUNT = 1 << 29;

    uint256 private constant P = 0x7f000001;

    // Selectors of the errors, which assembly cannot name.
    uint256 private constant TRUNCATED = 0xdfe10a44;
    uint256 private constant UNKNOWN_ENTRY_HEAD = 0x3e99682c;
    uint256 private constant INDEX_NOT_ASCENDING = 0xb32f51ad;
    uint256 private constant INDEX_BEYOND_LEAF_COUNT = 0xb5f89e77;
    uint256 private constant LENGTH_OUT_OF_RANGE = 0xb585b3e4;
    uint256 private constant LEADING_ZERO_BYTE = 0x7dd76e83;
    uint256 private constant KIND_RESERVED = 0x6769566c;
    uint256 private constant ZERO_INSERTION = 0x08695d7a;
    uint256 private constant TRAILING_BYTES = 0x10865ed0;

    // Lanes of the quintic arithmetic: coordinate j of an element is at bit 51j, and multiplication modulo
    // M = 2^255 + 2^102 − 1 is multiplication modulo X^5 + X^2 − 1 at X = 2^51.
    uint256 private constant M = 0x800000000000000000000000000000000000003fffffffffffffffffffffffff;
    uint256 private constant LOW_16 = 0xffff000000001fffe000000003fffc000000007fff800000000ffff;
    uint256 private constant LOW_17 = 0x1ffff000000003fffe000000007fffc00000000ffff800000001ffff;
    uint256 private constant LOW_24 = 0xffffff0000001fffffe0000003fffffc0000007fffff8000000ffffff;
    uint256 private constant P_LANES = 0x7f00000100000fe00000200001fc00000400003f800000800007f000001;
    // Multiples of p per lane that keep the negative terms of the reduction from borrowing.
    uint256 private constant BIAS_LOW = 0x1c936600399a04dca32009cce0c4db30018cd003f80000080001241b30024cd0;
    uint256 private constant BIAS_HIGH = 0x14a36600299a03dea32007cce0a51b30014cd000000000000000a51b30014cd0;
    /// @dev 2^40 mod p: products come out divided by 2^40, so constant factors are stored multiplied by it.
    uint256 private constant TWO_40 = 0x3fffdfc;
    /// @dev A 16-bit limb every 64 bits.
    uint256 private constant SPREAD = 0xffff000000000000ffff000000000000ffff000000000000ffff;

    // Memory while the list is read; what was there is set aside and put back. Fixed addresses save a third of the cost
    // of a product. Weight cells: 4 words per coordinate and 16-limb block, for limbs ≡ 0, 1, 2, 3 mod 4; the coefficient
    // of limb 4k+i stands in 64-bit lane 3−k of word i, so that the top lane of a product is a sum of four terms.
    //   0x080 value · 0x300 key block, high half · 0x580 key block, low half · 0x800 update head (3 limbs)
    uint256 private constant R24 = 0x8a0;
    uint256 private constant R48 = 0x8c0;
    uint256 private constant R1 = 0x8e0;
    uint256 private constant LEAF_COUNT = 0x900;
    uint256 private constant DATA_START = 0x920;
    uint256 private constant DATA_END = 0x940;
    uint256 private constant CODES_END = 0x960;
    uint256 private constant ITEM = 0x980;
    uint256 private constant INDEX = 0x9a0;
    uint256 private constant SUM = 0x9c0;
    uint256 private constant KEY_LOW = 0x9e0;
    uint256 private constant KEY_HIGH = 0xa00;
    uint256 private constant MODULUS = 0xa20;
    uint256 private constant LIMB_MASK = 0xa40;
    uint256 private constant TABLES_END = 0xa60;

    /// @notice Reads the list from `offset` to the end of the pubdata, adds the outputs entry, and evaluates the limbs.
    /// @param header Counts of updates and insertions.
    /// @param oldLeafCount Leaves before the batch.
    /// @param point r, five canonical coordinates of four bytes.
    /// @param outputsHash Value of the last entry.
    /// @return evaluation y, in the form of `point`.
    /// @return codeHashes Values of the code entries that are not zero, in order: their bytecodes must be published.
    function read(
        bytes calldata pubdata,
        uint256 offset,
        Pubdata.Header memory header,
        uint256 oldLeafCount,
        bytes20 point,
        bytes32 outputsHash
    ) internal pure returns (bytes20 evaluation, bytes32[] memory codeHashes) {
        if (oldLeafCount + header.insertionCount > MAX_LEAF_COUNT) revert LeafCountBeyondLimit(7);
        uint256 updateCount = header.updateCount;
        uint256 insertionCount = header.insertionCount;
        uint256 entryCount = updateCount + insertionCount + 1;
        // Assembly, because plain Solidity takes 300 times the gas (its twin lives beside the tests). Not memory-safe in the
        // compiler's sense while it runs: see the memory map.
        assembly {
            // Reverts with an error about the item that is being read.
            function fail(selector) {
                mstore(0x00, shl(224, selector))
                mstore(0x04, sub(mload(ITEM), mload(DATA_START)))
                revert(0x00, 0x24)
            }

            // a·b / 2^40. Lanes: a ≤ p, b < 2.5p, result < 1.06p. Two Montgomery steps (16 and 24 bits), which are
            // shifts and subtractions because p ≡ 1 mod 2^24.
            function times(a, b) -> c {
                let t := addmod(mulmod(a, and(b, LOW_16), mload(MODULUS)), BIAS_LOW, mload(MODULUS))
                t := add(
                    addmod(mulmod(a, and(shr(16, b), LOW_17), mload(MODULUS)), BIAS_HIGH, mload(MODULUS)),
                    shr(16, sub(t, mul(and(t, LOW_16), P)))
                )
                let u := and(t, LOW_24)
                c := sub(add(shr(24, sub(t, u)), P_LANES), mul(u, 127))
            }

            // Coordinates times a scalar below 2^32, canonical. Lanes of a: < 2^51.
            function scale(a, scalar) -> c {
                for { let shift := 0 } lt(shift, 255) { shift := add(shift, 51) } {
                    c := or(c, shl(shift, mod(mul(and(shr(shift, a), 0x7ffffffffffff), scalar), P)))
                }
            }

            // Remembers the hash of code that must be published; value 0 means no code.
            function addCode(value) {
                if value {
                    let end := mload(CODES_END)
                    mstore(end, value)
                    mstore(CODES_END, add(end, 0x20))
                }
            }

            // Moves coordinate `shift / 51` of a power into the 64-bit lane that begins at `to`.
            function lane(power, shift, to) -> c {
                c := shl(to, and(shr(shift, power), 0xffffffff))
            }

            let powers := mload(0x40)
            if lt(powers, TABLES_END) { powers := TABLES_END }
            let saved := powers
            {
                let used := sub(mload(0x40), 0x80)
                if gt(used, sub(TABLES_END, 0x80)) { used := sub(TABLES_END, 0x80) }
                mcopy(saved, 0x80, used)
                powers := add(saved, used)
            }

            mstore(LEAF_COUNT, oldLeafCount)
            mstore(DATA_START, pubdata.offset)
            mstore(DATA_END, add(pubdata.offset, pubdata.length))
            // Kept in memory because the compiler, weighing code size, would compute or copy them at ten times the gas.
            mstore(MODULUS, M)
            mstore(LIMB_MASK, SPREAD)
            mstore(SUM, 0)

            // Powers of the point: r^0 … r^47 in memory, then the factors r^24 and r^48.
            {
                let base := 0
                for { let j := 0 } lt(j, 5) { j := add(j, 1) } {
                    base := or(base, shl(mul(51, j), and(shr(sub(224, shl(5, j)), point), 0xffffffff)))
                }
                base := scale(base, TWO_40)
                mstore(R1, base)
                let power := 1
                for { let e := 0 } lt(e, 48) { e := add(e, 1) } {
                    mstore(add(powers, shl(5, e)), power)
                    power := times(base, power)
                }
                mstore(R48, scale(power, TWO_40))
                mstore(R24, scale(mload(add(powers, 0x300)), TWO_40))
            }

            // Weight cells. Limb j of block b (0: value) has exponent 16b + 15 − j.
            {
                let first := 0x80
                for { let top := add(powers, 0x1e0) } lt(first, 0x800) { top := add(top, 0x280) } {
                    for { let end := add(first, 0x80) } lt(first, end) { first := add(first, 0x20) } {
                        let p0 := mload(top)
                        let p1 := mload(sub(top, 0x80))
                        let p2 := mload(sub(top, 0x100))
                        let p3 := mload(sub(top, 0x180))
                        let cell := first
                        for { let shift := 0 } lt(shift, 255) { shift := add(shift, 51) } {
                            mstore(
                                cell,
                                or(
                                    or(shl(192, and(shr(shift, p0), 0xffffffff)), shl(128, and(shr(shift, p1), 0xffffffff))),
                                    or(shl(64, and(shr(shift, p2), 0xffffffff)), and(shr(shift, p3), 0xffffffff))
                                )
                            )
                            cell := add(cell, 0x80)
                        }
                        top := sub(top, 0x20)
                    }
                    first := add(first, 0x200)
                }
                let cell := 0x800
                // An update's head: tag, index low, index high have exponents 23, 22, 21.
                for { let shift := 0 } lt(shift, 255) { shift := add(shift, 51) } {
                    mstore(
                        cell,
                        or(
                            lane(mload(add(powers, 0x2e0)), shift, 192),
                            or(lane(mload(add(powers, 0x2c0)), shift, 128), lane(mload(add(powers, 0x2a0)), shift, 64))
                        )
                    )
                    cell := add(cell, 0x20)
                }
            }

            // The powers are used up: the code hashes take their place.
            codeHashes := powers
            mstore(CODES_END, add(codeHashes, 0x20))

            let at := add(pubdata.offset, offset)
            mstore(INDEX, 1)
            for { } updateCount { updateCount := sub(updateCount, 1) } {
                // Top 64-bit lanes of s0 … s4: the inner products of the entry's limbs with the weights.
                let s0
                let s1
                let s2
                let s3
                let s4
                let value
                {
                    let word := calldataload(at)
                    mstore(ITEM, at)
                    at := add(at, 5)
                    if gt(at, mload(DATA_END)) { fail(TRUNCATED) }
                    if shr(255, word) { fail(UNKNOWN_ENTRY_HEAD) }
                    let index := and(shr(216, word), 0xffffffff)
                    if iszero(gt(index, mload(INDEX))) { fail(INDEX_NOT_ASCENDING) }
                    if iszero(lt(index, mload(LEAF_COUNT))) { fail(INDEX_BEYOND_LEAF_COUNT) }
                    mstore(INDEX, index)
                    let length := and(shr(248, word), 0x3f)
                    {
                        if gt(length, 32) { fail(LENGTH_OUT_OF_RANGE) }
                        value := calldataload(at)
                        at := add(at, length)
                        if gt(at, mload(DATA_END)) { fail(TRUNCATED) }
                        if iszero(byte(0, value)) {
                            if length { fail(LEADING_ZERO_BYTE) }
                        }
                        value := shr(shl(3, sub(32, length)), value)
                    }
                    if shr(254, word) { addCode(value) }
                    // Tag, index low and index high in three lanes.
                    let head := or(
                        add(1, shr(254, word)),
                        or(shl(64, and(index, 0xffff)), shl(112, and(index, 0xffff0000)))
                    )
                    s0 := mul(head, mload(0x800))
                    s1 := mul(head, mload(0x820))
                    s2 := mul(head, mload(0x840))
                    s3 := mul(head, mload(0x860))
                    s4 := mul(head, mload(0x880))
                }
                if value {
                    let m0 := and(value, mload(LIMB_MASK))
                    let m1 := and(shr(16, value), mload(LIMB_MASK))
                    let m2 := and(shr(32, value), mload(LIMB_MASK))
                    let m3 := and(shr(48, value), mload(LIMB_MASK))
                    s0 := add(s0, add(add(mul(m0, mload(0x080)), mul(m1, mload(0x0a0))), add(mul(m2, mload(0x0c0)), mul(m3, mload(0x0e0)))))
                    s1 := add(s1, add(add(mul(m0, mload(0x100)), mul(m1, mload(0x120))), add(mul(m2, mload(0x140)), mul(m3, mload(0x160)))))
                    s2 := add(s2, add(add(mul(m0, mload(0x180)), mul(m1, mload(0x1a0))), add(mul(m2, mload(0x1c0)), mul(m3, mload(0x1e0)))))
                    s3 := add(s3, add(add(mul(m0, mload(0x200)), mul(m1, mload(0x220))), add(mul(m2, mload(0x240)), mul(m3, mload(0x260)))))
                    s4 := add(s4, add(add(mul(m0, mload(0x280)), mul(m1, mload(0x2a0))), add(mul(m2, mload(0x2c0)), mul(m3, mload(0x2e0)))))
                }
                // The product as in `times`, written out: a call would cost 40 gas. Lanes of the sum: < 2.06p.
                let sum := mload(SUM)
                let t := addmod(mulmod(mload(R24), and(sum, LOW_16), mload(MODULUS)), BIAS_LOW, mload(MODULUS))
                t := add(
                    addmod(mulmod(mload(R24), and(shr(16, sum), LOW_17), mload(MODULUS)), BIAS_HIGH, mload(MODULUS)),
                    shr(16, sub(t, mul(and(t, LOW_16), P)))
                )
                let u := and(t, LOW_24)
                mstore(
                    SUM,
                    add(
                        sub(add(shr(24, sub(t, u)), P_LANES), mul(u, 127)),
                        or(
                            or(mod(shr(192, s0), P), shl(51, mod(shr(192, s1), P))),
                            or(
                                or(shl(102, mod(shr(192, s2), P)), shl(153, mod(shr(192, s3), P))),
                                shl(204, mod(shr(192, s4), P))
                            )
                        )
                    )
                )
            }

            for { } insertionCount { insertionCount := sub(insertionCount, 1) } {
                let s0
                let s1
                let s2
                let s3
                let s4
                let value
                {
                    let word := calldataload(at)
                    mstore(ITEM, at)
                    at := add(at, 21)
                    if gt(at, mload(DATA_END)) { fail(TRUNCATED) }
                    let kind := shr(254, word)
                    if eq(kind, 3) { fail(KIND_RESERVED) }
                    let length := and(shr(248, word), 0x3f)
                    if iszero(length) { fail(ZERO_INSERTION) }
                    let slot := 0
                    if iszero(kind) {
                        slot := and(shr(80, word), 0xff)
                        if iszero(lt(at, mload(DATA_END))) { fail(TRUNCATED) }
                        if gt(slot, 32) { fail(LENGTH_OUT_OF_RANGE) }
                        let bits := shl(3, sub(32, slot))
                        let slotAt := add(at, 1)
                        at := add(slotAt, slot)
                        if gt(at, mload(DATA_END)) { fail(TRUNCATED) }
                        slot := calldataload(slotAt)
                        if iszero(byte(0, slot)) {
                            if lt(bits, 256) { fail(LEADING_ZERO_BYTE) }
                        }
                        slot := shr(bits, slot)
                    }
                    {
                        if gt(length, 32) { fail(LENGTH_OUT_OF_RANGE) }
                        value := calldataload(at)
                        at := add(at, length)
                        if gt(at, mload(DATA_END)) { fail(TRUNCATED) }
                        if iszero(byte(0, value)) {
                            if length { fail(LEADING_ZERO_BYTE) }
                        }
                        value := shr(shl(3, sub(32, length)), value)
                    }
                    if eq(kind, 2) { addCode(value) }
                    // Low half of the key's block: tag, kind, address, low quarter of the slot.
                    word := or(
                        or(or(3, shl(16, kind)), shl(192, slot)),
                        shl(32, and(shr(88, word), 0xffffffffffffffffffffffffffffffffffffffff))
                    )
                    mstore(KEY_HIGH, shr(64, slot))
                    mstore(KEY_LOW, word)
                }
                {
                    let word := mload(KEY_LOW)
                    let m0 := and(word, mload(LIMB_MASK))
                    let m1 := and(shr(16, word), mload(LIMB_MASK))
                    let m2 := and(shr(32, word), mload(LIMB_MASK))
                    let m3 := and(shr(48, word), mload(LIMB_MASK))
                    s0 := add(add(mul(m0, mload(0x580)), mul(m1, mload(0x5a0))), add(mul(m2, mload(0x5c0)), mul(m3, mload(0x5e0))))
                    s1 := add(add(mul(m0, mload(0x600)), mul(m1, mload(0x620))), add(mul(m2, mload(0x640)), mul(m3, mload(0x660))))
                    s2 := add(add(mul(m0, mload(0x680)), mul(m1, mload(0x6a0))), add(mul(m2, mload(0x6c0)), mul(m3, mload(0x6e0))))
                    s3 := add(add(mul(m0, mload(0x700)), mul(m1, mload(0x720))), add(mul(m2, mload(0x740)), mul(m3, mload(0x760))))
                    s4 := add(add(mul(m0, mload(0x780)), mul(m1, mload(0x7a0))), add(mul(m2, mload(0x7c0)), mul(m3, mload(0x7e0))))
                }
                if mload(KEY_HIGH) {
                    let word := mload(KEY_HIGH)
                    let m0 := and(word, mload(LIMB_MASK))
                    let m1 := and(shr(16, word), mload(LIMB_MASK))
                    let m2 := and(shr(32, word), mload(LIMB_MASK))
                    let m3 := and(shr(48, word), mload(LIMB_MASK))
                    s0 := add(s0, add(add(mul(m0, mload(0x300)), mul(m1, mload(0x320))), add(mul(m2, mload(0x340)), mul(m3, mload(0x360)))))
                    s1 := add(s1, add(add(mul(m0, mload(0x380)), mul(m1, mload(0x3a0))), add(mul(m2, mload(0x3c0)), mul(m3, mload(0x3e0)))))
                    s2 := add(s2, add(add(mul(m0, mload(0x400)), mul(m1, mload(0x420))), add(mul(m2, mload(0x440)), mul(m3, mload(0x460)))))
                    s3 := add(s3, add(add(mul(m0, mload(0x480)), mul(m1, mload(0x4a0))), add(mul(m2, mload(0x4c0)), mul(m3, mload(0x4e0)))))
                    s4 := add(s4, add(add(mul(m0, mload(0x500)), mul(m1, mload(0x520))), add(mul(m2, mload(0x540)), mul(m3, mload(0x560)))))
                }
                {
                    let m0 := and(value, mload(LIMB_MASK))
                    let m1 := and(shr(16, value), mload(LIMB_MASK))
                    let m2 := and(shr(32, value), mload(LIMB_MASK))
                    let m3 := and(shr(48, value), mload(LIMB_MASK))
                    s0 := add(s0, add(add(mul(m0, mload(0x080)), mul(m1, mload(0x0a0))), add(mul(m2, mload(0x0c0)), mul(m3, mload(0x0e0)))))
                    s1 := add(s1, add(add(mul(m0, mload(0x100)), mul(m1, mload(0x120))), add(mul(m2, mload(0x140)), mul(m3, mload(0x160)))))
                    s2 := add(s2, add(add(mul(m0, mload(0x180)), mul(m1, mload(0x1a0))), add(mul(m2, mload(0x1c0)), mul(m3, mload(0x1e0)))))
                    s3 := add(s3, add(add(mul(m0, mload(0x200)), mul(m1, mload(0x220))), add(mul(m2, mload(0x240)), mul(m3, mload(0x260)))))
                    s4 := add(s4, add(add(mul(m0, mload(0x280)), mul(m1, mload(0x2a0))), add(mul(m2, mload(0x2c0)), mul(m3, mload(0x2e0)))))
                }
                // The product as in `times`, written out: a call would cost 40 gas. Lanes of the sum: < 2.06p.
                let sum := mload(SUM)
                let t := addmod(mulmod(mload(R48), and(sum, LOW_16), mload(MODULUS)), BIAS_LOW, mload(MODULUS))
                t := add(
                    addmod(mulmod(mload(R48), and(shr(16, sum), LOW_17), mload(MODULUS)), BIAS_HIGH, mload(MODULUS)),
                    shr(16, sub(t, mul(and(t, LOW_16), P)))
                )
                let u := and(t, LOW_24)
                mstore(
                    SUM,
                    add(
                        sub(add(shr(24, sub(t, u)), P_LANES), mul(u, 127)),
                        or(
                            or(mod(shr(192, s0), P), shl(51, mod(shr(192, s1), P))),
                            or(
                                or(shl(102, mod(shr(192, s2), P)), shl(153, mod(shr(192, s3), P))),
                                shl(204, mod(shr(192, s4), P))
                            )
                        )
                    )
                )
            }
            if xor(at, mload(DATA_END)) {
                mstore(ITEM, at)
                fail(TRAILING_BYTES)
            }

            // The outputs entry is an update of leaf 1 with tag 1. One of its kind: coordinate by coordinate.
            {
                let m0 := and(outputsHash, mload(LIMB_MASK))
                let m1 := and(shr(16, outputsHash), mload(LIMB_MASK))
                let m2 := and(shr(32, outputsHash), mload(LIMB_MASK))
                let m3 := and(shr(48, outputsHash), mload(LIMB_MASK))
                let sum := times(mload(R24), mload(SUM))
                let cell := 0x80
                let head := 0x800
                for { let shift := 0 } lt(shift, 255) { shift := add(shift, 51) } {
                    let s := add(
                        mul(0x10000000000000001, mload(head)),
                        add(
                            add(mul(m0, mload(cell)), mul(m1, mload(add(cell, 0x20)))),
                            add(mul(m2, mload(add(cell, 0x40))), mul(m3, mload(add(cell, 0x60))))
                        )
                    )
                    sum := add(sum, shl(shift, mod(shr(192, s), P)))
                    cell := add(cell, 0x80)
                    head := add(head, 0x20)
                }
                mstore(SUM, sum)
            }

            // y = sum·r + entry count.
            {
                let y := scale(add(times(mload(R1), mload(SUM)), entryCount), 1)
                for { let shift := 0 } lt(shift, 255) { shift := add(shift, 51) } {
                    evaluation := or(shl(32, evaluation), and(shr(shift, y), 0xffffffff))
                }
                evaluation := shl(96, evaluation)
            }

            let end := mload(CODES_END)
            mstore(codeHashes, shr(5, sub(sub(end, codeHashes), 0x20)))
            mcopy(0x80, saved, sub(codeHashes, saved))
            mstore(0x40, end)
        }
    }
}
