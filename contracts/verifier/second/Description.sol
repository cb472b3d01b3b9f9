// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Proof system as the second verifier reads it
/// @dev Pointers are addresses in memory. Widths count columns.
struct SystemDescription {
    bytes32 keyDigest;
    uint256 version;
    uint256 logBlowup;
    uint256 queryCount;
    uint256 grindingBits;
    uint256 grindingBaseLogRows;
    uint256 logArity;
    uint256 logFinalMax;
    uint256 digestBytes;
    uint256 minLogRows;
    uint256 maxLogRows;
    uint256 mainWidth;
    /// Leading main columns that are also opened at the next row.
    uint256 nextWidth;
    uint256 chunkCount;
    uint256 auxiliaryCount;
    uint256 publicCount;
    uint256 instructionCount;
    /// Sources of the public values, three bytes each.
    uint256 publics;
    /// Table of the gadgets, six bytes each.
    uint256 gadgets;
    /// Instructions, five bytes each: the system's, then those of each gadget.
    uint256 instructions;
}

/// @title Reader of a description
/// @notice A description is the code of a data contract, after a zero byte that stops every call. `scripts/describe-system`
/// writes it from a system's public definition; all numbers are big-endian.
/// @dev 32 bytes: the verification key's digest. One byte each: proof version, logBlowup, queryCount, grindingBits,
/// grindingBaseLogRows, logArity, logFinalMax, digestBytes, minLogRows, maxLogRows. Two bytes each: mainWidth, nextWidth,
/// chunkCount, auxiliaryCount, publicCount, gadgetCount, instructionCount. Then the tables named in `SystemDescription`.
library Description {
    /// @notice The data contract does not have the expected code.
    error DescriptionMismatch(bytes32 expected, bytes32 actual);

    uint256 private constant HEAD_BYTES = 56;
    uint256 private constant PUBLIC_BYTES = 3;
    uint256 private constant GADGET_BYTES = 6;

    function read(address data, bytes32 expected) internal view returns (SystemDescription memory d) {
        bytes memory code = data.code;
        if (keccak256(code) != expected) revert DescriptionMismatch(expected, keccak256(code));
        uint256 cursor;
        assembly ("memory-safe") {
            cursor := add(code, 33)
        }
        d.keyDigest = bytes32(_word(cursor));
        uint256 bytesOf = _word(cursor + 32);
        d.version = bytesOf >> 248;
        d.logBlowup = (bytesOf >> 240) & 0xff;
        d.queryCount = (bytesOf >> 232) & 0xff;
        d.grindingBits = (bytesOf >> 224) & 0xff;
        d.grindingBaseLogRows = (bytesOf >> 216) & 0xff;
        d.logArity = (bytesOf >> 208) & 0xff;
        d.logFinalMax = (bytesOf >> 200) & 0xff;
        d.digestBytes = (bytesOf >> 192) & 0xff;
        d.minLogRows = (bytesOf >> 184) & 0xff;
        d.maxLogRows = (bytesOf >> 176) & 0xff;
        d.mainWidth = (bytesOf >> 160) & 0xffff;
        d.nextWidth = (bytesOf >> 144) & 0xffff;
        d.chunkCount = (bytesOf >> 128) & 0xffff;
        d.auxiliaryCount = (bytesOf >> 112) & 0xffff;
        d.publicCount = (bytesOf >> 96) & 0xffff;
        uint256 gadgetCount = (bytesOf >> 80) & 0xffff;
        d.instructionCount = (bytesOf >> 64) & 0xffff;
        d.publics = cursor + HEAD_BYTES;
        d.gadgets = d.publics + PUBLIC_BYTES * d.publicCount;
        d.instructions = d.gadgets + GADGET_BYTES * gadgetCount;
    }

    function _word(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(cursor)
        }
    }
}
