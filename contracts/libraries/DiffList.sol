// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pubdata} from "./Pubdata.sol";

/// @title A batch's diff list: strict decoding and evaluation in one pass (layout and limbs: docs/protocol.md)
/// @notice Not checked here, because it takes Poseidon: that insertions ascend by key, that a code entry's leaf is of the
/// code kind, that values change. The circuit checks the last two; the first only fixes which order is written.
library DiffList {
    error LeafCountBeyondLimit(uint256 offset);
    error UnknownEntryHead(uint256 offset);
    error LengthOutOfRange(uint256 offset);
    error LeadingZeroByte(uint256 offset);
    error IndexNotAscending(uint256 offset);
    error IndexBeyondLeafCount(uint256 offset);
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
    uint256 private constant TRAILING_BYTES = 0x10865ed0;

    // Lanes of the quintic arithmetic: coordinate j of an element is at bit 48j, and multiplication modulo
    // M = 2^240 + 2^96 − 1 is multiplication modulo X^5 + X^2 − 1 at X = 2^48. Both factors of a product have lanes of
    // 16 bits, so that dozens of products can be added before a lane is full.
    uint256 private constant M = 0x1000000000000000000000000000000000000ffffffffffffffffffffffff;
    uint256 private constant LOW_16 = 0xffff00000000ffff00000000ffff00000000ffff00000000ffff;
    uint256 private constant LOW_24 = 0xffffff000000ffffff000000ffffff000000ffffff000000ffffff;
    uint256 private constant P_LANES = 0x7f00000100007f00000100007f00000100007f00000100007f000001;
    // Multiples of p per lane that keep the negative terms of the reduction from borrowing: 33·p is above sixteen products
    // of 16 by 16 bits, and there are 1, 0, 4, 3, 2 negative terms in the lanes. The low sum has p·2^16 more, for `reduce`.
    uint256 private constant BIAS_LOW = 0x7f20be0100427f311d0100637f417c0100847f00000100007f105f010021;
    uint256 private constant BIAS_HIGH = 0x20be00004200311d00006300417c00008400000000000000105f000021;
    /// @dev 2^40 mod p: sums come out divided by 2^40, so factors are stored multiplied by it.
    uint256 private constant TWO_40 = 0x3fffdfc;
    /// @dev 2^56 mod p: the same for what stands 16 bits higher.
    uint256 private constant TWO_56 = 0xdfbf7f0;

    // Memory while the list is read; its contents are set aside and put back. Fixed addresses cost half as much as computed
    // ones. A factor is a pair of words, the low and the high 16 bits of its lanes.
    //   0x080 + 0x40·k   r^k·2^40, k = 0 … 11: factors of an entry's coefficients
    //   0x380, 0x400, 0x480, 0x500   r^6, r^9, r and r^12 as two factors each, ·2^40 and ·2^56, for lanes of 32 bits
    uint256 private constant POWERS = 0x80;
    uint256 private constant NINTH_POWER = 0x2c0;
    uint256 private constant R6 = 0x380;
    uint256 private constant R9 = 0x400;
    uint256 private constant R1 = 0x480;
    uint256 private constant R12 = 0x500;
    uint256 private constant LEAF_COUNT = 0x580;
    uint256 private constant DATA_START = 0x5a0;
    uint256 private constant DATA_END = 0x5c0;
    uint256 private constant CODES_END = 0x5e0;
    uint256 private constant ITEM = 0x600;
    uint256 private constant SUM = 0x620;
    uint256 private constant MODULUS = 0x640;
    uint256 private constant LIMB_MASK = 0x660;
    uint256 private constant TABLES_END = 0x680;

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
        // Assembly, because plain Solidity takes 130 times the gas (its twin lives next to the tests). Not memory-safe in the
        // compiler's sense while it runs: see the memory map.
        assembly {
            // Reverts with an error about the item that is being read.
            function fail(selector) {
                mstore(0x00, shl(224, selector))
                mstore(0x04, sub(mload(ITEM), mload(DATA_START)))
                revert(0x00, 0x24)
            }

            // (high·2^16 + low) / 2^40. Lanes of both: sums of up to 16 products of 16 by 16 bits, as residues modulo M;
            // of the result: below p + 2^16. Two Montgomery steps (16 and 24 bits), which are shifts and subtractions
            // because p ≡ 1 mod 2^24.
            function reduce(high, low) -> c {
                low := addmod(low, BIAS_LOW, mload(MODULUS))
                high := add(
                    addmod(high, BIAS_HIGH, mload(MODULUS)),
                    shr(16, sub(low, mul(and(low, mload(LIMB_MASK)), P)))
                )
                let u := and(high, LOW_24)
                c := sub(add(shr(24, sub(high, u)), P_LANES), mul(u, 127))
            }

            // b times the pair of factors at `cell`. Lanes of b: below 2^32.
            function times(cell, b) -> c {
                let b0 := and(b, mload(LIMB_MASK))
                let b1 := and(shr(16, b), mload(LIMB_MASK))
                c := reduce(
                    add(
                        mulmod(b0, mload(add(cell, 0x20)), mload(MODULUS)),
                        mulmod(b1, mload(add(cell, 0x60)), mload(MODULUS))
                    ),
                    add(mulmod(b0, mload(cell), mload(MODULUS)), mulmod(b1, mload(add(cell, 0x40)), mload(MODULUS)))
                )
            }

            // Coordinates times a scalar below 2^32, canonical. Lanes of a: below 2^48.
            function scale(a, scalar) -> c {
                for { let shift := 0 } lt(shift, 240) { shift := add(shift, 48) } {
                    c := or(c, shl(shift, mod(mul(and(shr(shift, a), 0xffffffffffff), scalar), P)))
                }
            }

            function storeFactor(cell, x) {
                mstore(cell, and(x, mload(LIMB_MASK)))
                mstore(add(cell, 0x20), and(shr(16, x), mload(LIMB_MASK)))
            }

            // Remembers the hash of code that must be published; value 0 means no code.
            function addCode(value) {
                if value {
                    let end := mload(CODES_END)
                    mstore(end, value)
                    mstore(CODES_END, add(end, 0x20))
                }
            }

            // Ends with the first error of an entry, in the order of the encoding. The readers below only tell that there is one:
            // a jump for each condition would cost them a tenth of their gas.
            function refuseUpdate(at, previous) {
                mstore(ITEM, at)
                let end := mload(DATA_END)
                let word := calldataload(at)
                let index := and(shr(216, word), 0xffffffff)
                let length := and(shr(248, word), 0x3f)
                if gt(add(at, 5), end) { fail(TRUNCATED) }
                if shr(255, word) { fail(UNKNOWN_ENTRY_HEAD) }
                if iszero(gt(index, previous)) { fail(INDEX_NOT_ASCENDING) }
                if iszero(lt(index, mload(LEAF_COUNT))) { fail(INDEX_BEYOND_LEAF_COUNT) }
                if gt(length, 32) { fail(LENGTH_OUT_OF_RANGE) }
                if gt(add(add(at, 5), length), end) { fail(TRUNCATED) }
                fail(LEADING_ZERO_BYTE)
            }

            function refuseInsertion(at) {
                mstore(ITEM, at)
                let end := mload(DATA_END)
                let word := calldataload(at)
                let length := add(and(shr(248, word), 0x1f), 1)
                at := add(at, 21)
                if gt(at, end) { fail(TRUNCATED) }
                if shr(255, word) { fail(KIND_RESERVED) }
                if iszero(shr(253, word)) {
                    let slotLength := byte(21, word)
                    at := add(at, 1)
                    if gt(at, end) { fail(TRUNCATED) }
                    if gt(slotLength, 32) { fail(LENGTH_OUT_OF_RANGE) }
                    let slot := calldataload(at)
                    at := add(at, slotLength)
                    if gt(at, end) { fail(TRUNCATED) }
                    if lt(byte(0, slot), iszero(iszero(slotLength))) { fail(LEADING_ZERO_BYTE) }
                }
                if gt(add(at, length), end) { fail(TRUNCATED) }
                fail(LEADING_ZERO_BYTE)
            }

            // Both readers begin with the sum in memory and leave it there. Each entry's coefficients are multiplied by the
            // powers below the entry's length, the sum by the power of that length, and all reduced together.

            // Two updates are reduced together, ten products a lane: the coefficients of the first are multiplied by the powers
            // from r^6 on, the sum by r^12. Of an odd number the first is alone, when the sum is 0. The end of the last one
            // is left in memory. Both are written out: addresses of powers that depend on the turn cost 90 gas an update.
            function readUpdates(at, count) {
                let modulus := mload(MODULUS)
                let mask := mload(LIMB_MASK)
                let previous := 1
                for { } count { count := sub(count, 1) } {
                    let low := 0
                    let high := 0
                    let value
                    if iszero(and(count, 1)) {
                        {
                            let word := calldataload(at)
                            let index := and(shr(216, word), 0xffffffff)
                            let length := and(shr(248, word), 0x3f)
                            value := calldataload(add(at, 5))
                            if or(
                                or(
                                    gt(add(add(at, 5), length), mload(DATA_END)),
                                    or(iszero(gt(index, previous)), iszero(lt(index, mload(LEAF_COUNT))))
                                ),
                                // A first byte of 0 is below 1, and 1 says that there is a first byte.
                                or(gt(length, 32), lt(byte(0, value), gt(length, 0)))
                            ) {
                                refuseUpdate(at, previous)
                            }
                            value := shr(shl(3, sub(32, length)), value)
                            if shr(254, word) {
                                if shr(255, word) { refuseUpdate(at, previous) }
                                addCode(value)
                            }
                            previous := index
                            at := add(add(at, 5), length)
                            // Tag, index low, index high, 0, the value's limb 0.
                            let e := or(
                                or(add(1, shr(254, word)), shl(48, and(index, 0xffff))),
                                or(shl(80, and(index, 0xffff0000)), shl(192, and(value, 0xffff)))
                            )
                            low := mulmod(e, mload(0x2c0), modulus)
                            high := mulmod(e, mload(0x2e0), modulus)
                        }
                        if shr(16, value) {
                            value := shr(16, value)
                            let e0 := and(value, mask)
                            let e1 := and(shr(16, value), mask)
                            let e2 := and(shr(32, value), mask)
                            low := add(low, add(add(mulmod(e0, mload(0x280), modulus), mulmod(e1, mload(0x240), modulus)), mulmod(e2, mload(0x200), modulus)))
                            high := add(high, add(add(mulmod(e0, mload(0x2a0), modulus), mulmod(e1, mload(0x260), modulus)), mulmod(e2, mload(0x220), modulus)))
                        }
                        count := sub(count, 1)
                    }
                    {
                        let word := calldataload(at)
                        let index := and(shr(216, word), 0xffffffff)
                        let length := and(shr(248, word), 0x3f)
                        value := calldataload(add(at, 5))
                        if or(
                            or(
                                gt(add(add(at, 5), length), mload(DATA_END)),
                                or(iszero(gt(index, previous)), iszero(lt(index, mload(LEAF_COUNT))))
                            ),
                            or(gt(length, 32), lt(byte(0, value), gt(length, 0)))
                        ) {
                            refuseUpdate(at, previous)
                        }
                        value := shr(shl(3, sub(32, length)), value)
                        if shr(254, word) {
                            if shr(255, word) { refuseUpdate(at, previous) }
                            addCode(value)
                        }
                        previous := index
                        at := add(add(at, 5), length)
                        // Tag, index low, index high, 0, the value's limb 0.
                        let e := or(
                            or(add(1, shr(254, word)), shl(48, and(index, 0xffff))),
                            or(shl(80, and(index, 0xffff0000)), shl(192, and(value, 0xffff)))
                        )
                        low := add(low, mulmod(e, mload(0x140), modulus))
                        high := add(high, mulmod(e, mload(0x160), modulus))
                    }
                    if shr(16, value) {
                        value := shr(16, value)
                        let e0 := and(value, mask)
                        let e1 := and(shr(16, value), mask)
                        let e2 := and(shr(32, value), mask)
                        low := add(low, add(add(mulmod(e0, mload(0x100), modulus), mulmod(e1, mload(0xc0), modulus)), mulmod(e2, mload(0x80), modulus)))
                        high := add(high, add(add(mulmod(e0, mload(0x120), modulus), mulmod(e1, mload(0xe0), modulus)), mulmod(e2, mload(0xa0), modulus)))
                    }
                    {
                        let e0 := and(mload(SUM), mask)
                        let e1 := and(shr(16, mload(SUM)), mask)
                        low := add(low, add(mulmod(e0, mload(0x500), modulus), mulmod(e1, mload(0x540), modulus)))
                        high := add(high, add(mulmod(e0, mload(0x520), modulus), mulmod(e1, mload(0x560), modulus)))
                    }
                    // As in `reduce`, written out: a call would cost 40 gas.
                    low := addmod(low, BIAS_LOW, modulus)
                    high := add(addmod(high, BIAS_HIGH, modulus), shr(16, sub(low, mul(and(low, mask), P))))
                    low := and(high, LOW_24)
                    mstore(SUM, sub(add(shr(24, sub(high, low)), P_LANES), mul(low, 127)))
                }
                mstore(ITEM, at)
            }

            function readInsertions(at, count) -> next {
                let modulus := mload(MODULUS)
                let mask := mload(LIMB_MASK)
                for { } count { count := sub(count, 1) } {
                    let low
                    let high
                    let value
                    let slot
                    {
                        let word := calldataload(at)
                        let length := add(and(shr(248, word), 0x1f), 1)
                        let end := add(at, 21)
                        // Kinds 4 to 7.
                        let refused := shr(255, word)
                        if iszero(shr(253, word)) {
                            let slotLength := byte(21, word)
                            slot := calldataload(add(at, 22))
                            refused := or(gt(slotLength, 32), lt(byte(0, slot), gt(slotLength, 0)))
                            slot := shr(shl(3, sub(32, slotLength)), slot)
                            end := add(add(at, 22), slotLength)
                            // Of the slot's upper twelve limbs two thirds at once, because only storage has them.
                            let e0 := and(shr(64, slot), mask)
                            let e1 := and(shr(80, slot), mask)
                            low := add(mulmod(e0, mload(0x1c0), modulus), mulmod(e1, mload(0x180), modulus))
                            high := add(mulmod(e0, mload(0x1e0), modulus), mulmod(e1, mload(0x1a0), modulus))
                        }
                        value := calldataload(end)
                        end := add(end, length)
                        if or(or(refused, gt(end, mload(DATA_END))), iszero(byte(0, value))) { refuseInsertion(at) }
                        value := shr(shl(3, sub(32, length)), value)
                        // The hash that names the code; its digest names nothing that must be published.
                        if eq(shr(253, word), 2) { addCode(value) }
                        at := end
                        // Tag and kind, address, the slot's low quarter; what is above that the mask leaves out.
                        word := or(
                            add(3, shr(253, word)),
                            or(and(shr(72, word), 0xffffffffffffffffffffffffffffffffffffffff0000), shl(176, slot))
                        )
                        let e0 := and(word, mask)
                        let e1 := and(shr(16, word), mask)
                        let e2 := and(shr(32, word), mask)
                        low := add(low, add(add(mulmod(e0, mload(0x280), modulus), mulmod(e1, mload(0x240), modulus)), mulmod(e2, mload(0x200), modulus)))
                        high := add(high, add(add(mulmod(e0, mload(0x2a0), modulus), mulmod(e1, mload(0x260), modulus)), mulmod(e2, mload(0x220), modulus)))
                    }
                    {
                        // The last third of the slot's upper limbs, 0, the value's limb 0.
                        let e2 := and(or(shr(96, slot), shl(192, value)), mask)
                        low := add(low, mulmod(e2, mload(0x140), modulus))
                        high := add(high, mulmod(e2, mload(0x160), modulus))
                    }
                    if shr(16, value) {
                        value := shr(16, value)
                        let e0 := and(value, mask)
                        let e1 := and(shr(16, value), mask)
                        let e2 := and(shr(32, value), mask)
                        low := add(low, add(add(mulmod(e0, mload(0x100), modulus), mulmod(e1, mload(0xc0), modulus)), mulmod(e2, mload(0x80), modulus)))
                        high := add(high, add(add(mulmod(e0, mload(0x120), modulus), mulmod(e1, mload(0xe0), modulus)), mulmod(e2, mload(0xa0), modulus)))
                    }
                    {
                        let e0 := and(mload(SUM), mask)
                        let e1 := and(shr(16, mload(SUM)), mask)
                        low := add(low, add(mulmod(e0, mload(0x400), modulus), mulmod(e1, mload(0x440), modulus)))
                        high := add(high, add(mulmod(e0, mload(0x420), modulus), mulmod(e1, mload(0x460), modulus)))
                    }
                    // As in `reduce`, written out: a call would cost 40 gas.
                    low := addmod(low, BIAS_LOW, modulus)
                    high := add(addmod(high, BIAS_HIGH, modulus), shr(16, sub(low, mul(and(low, mask), P))))
                    low := and(high, LOW_24)
                    mstore(SUM, sub(add(shr(24, sub(high, low)), P_LANES), mul(low, 127)))
                }
                next := at
            }

            let saved := mload(0x40)
            if lt(saved, TABLES_END) { saved := TABLES_END }
            {
                let used := sub(mload(0x40), 0x80)
                if gt(used, sub(TABLES_END, 0x80)) { used := sub(TABLES_END, 0x80) }
                mcopy(saved, 0x80, used)
                codeHashes := add(saved, used)
            }

            mstore(LEAF_COUNT, oldLeafCount)
            mstore(DATA_START, pubdata.offset)
            mstore(DATA_END, add(pubdata.offset, pubdata.length))
            mstore(CODES_END, add(codeHashes, 0x20))
            mstore(SUM, 0)
            // Kept in memory because the compiler, weighing code size, would compute them at ten times the gas.
            mstore(MODULUS, M)
            mstore(LIMB_MASK, LOW_16)

            {
                let base := 0
                for { let j := 0 } lt(j, 5) { j := add(j, 1) } {
                    base := or(base, shl(mul(48, j), and(shr(sub(224, shl(5, j)), point), 0xffffffff)))
                }
                storeFactor(R1, scale(base, TWO_40))
                storeFactor(add(R1, 0x40), scale(base, TWO_56))
                let power := TWO_40
                let cell := POWERS
                for { } lt(cell, NINTH_POWER) { cell := add(cell, 0x40) } {
                    storeFactor(cell, power)
                    power := times(R1, power)
                }
                storeFactor(R9, power)
                storeFactor(add(R9, 0x40), scale(power, 0x10000))
                for { } lt(cell, R6) { cell := add(cell, 0x40) } {
                    storeFactor(cell, power)
                    power := times(R1, power)
                }
                storeFactor(R12, power)
                storeFactor(add(R12, 0x40), scale(power, 0x10000))
                mcopy(R6, 0x200, 0x40)
                storeFactor(add(R6, 0x40), scale(add(mload(R6), shl(16, mload(add(R6, 0x20)))), 0x10000))
            }

            {
                readUpdates(add(pubdata.offset, offset), updateCount)
                let at := readInsertions(mload(ITEM), insertionCount)
                if xor(at, mload(DATA_END)) {
                    mstore(ITEM, at)
                    fail(TRAILING_BYTES)
                }
            }

            // The outputs entry is an update of leaf 1 with tag 1.
            {
                let low := 0
                let high := 0
                let e := or(0x1000000000001, shl(192, and(outputsHash, 0xffff)))
                let rest := shr(16, outputsHash)
                for { let cell := 0x140 } gt(cell, 0x40) { cell := sub(cell, 0x40) } {
                    low := add(low, mulmod(e, mload(cell), mload(MODULUS)))
                    high := add(high, mulmod(e, mload(add(cell, 0x20)), mload(MODULUS)))
                    e := and(rest, mload(LIMB_MASK))
                    rest := shr(16, rest)
                }
                mstore(SUM, add(times(R6, mload(SUM)), reduce(high, low)))
            }

            // y = sum·r + entry count.
            {
                let y := scale(add(times(R1, mload(SUM)), entryCount), 1)
                for { let shift := 0 } lt(shift, 240) { shift := add(shift, 48) } {
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
