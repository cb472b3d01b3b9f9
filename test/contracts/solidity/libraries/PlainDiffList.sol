// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DiffList} from "../../../../contracts/libraries/DiffList.sol";
import {Pubdata} from "../../../../contracts/libraries/Pubdata.sol";

/// @notice The diff list read without assembly, cell by cell and coordinate by coordinate: the twin of DiffList.read.
contract PlainDiffList {
    uint256 private constant P = 0x7f000001;

    struct Cursor {
        uint256 offset;
        uint256[5] point;
        uint256[5] sum;
        bytes32[] codeHashes;
        uint256 codeCount;
    }

    function read(bytes calldata pubdata, uint256 oldLeafCount, bytes20 point, bytes32 outputsHash)
        external
        pure
        returns (bytes20 evaluation, bytes32[] memory codeHashes)
    {
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        if (oldLeafCount + header.insertionCount > 1 << 29) revert DiffList.LeafCountBeyondLimit(7);
        uint256 entries = header.updateCount + header.insertionCount + 1;
        Cursor memory cursor;
        cursor.offset = Pubdata.HEADER_LENGTH;
        cursor.codeHashes = new bytes32[](entries);
        for (uint256 j = 0; j < 5; ++j) cursor.point[j] = uint32(uint160(point) >> (128 - 32 * j));
        uint256 previous = 1;
        for (uint256 i = 0; i < header.updateCount; ++i) previous = _update(pubdata, cursor, previous, oldLeafCount);
        for (uint256 i = 0; i < header.insertionCount; ++i) _insertion(pubdata, cursor);
        if (cursor.offset != pubdata.length) revert DiffList.TrailingBytes(cursor.offset);
        _updateEntry(cursor, 1, 1, uint256(outputsHash));
        uint256[5] memory count;
        count[0] = entries;
        _absorb(cursor, count);
        uint256 packed = 0;
        for (uint256 j = 0; j < 5; ++j) packed = (packed << 32) | cursor.sum[j];
        evaluation = bytes20(uint160(packed));
        codeHashes = new bytes32[](cursor.codeCount);
        for (uint256 i = 0; i < cursor.codeCount; ++i) codeHashes[i] = cursor.codeHashes[i];
    }

    function _update(bytes calldata pubdata, Cursor memory cursor, uint256 previous, uint256 oldLeafCount)
        private
        pure
        returns (uint256 index)
    {
        uint256 item = cursor.offset;
        if (item + 5 > pubdata.length) revert Pubdata.Truncated(item);
        uint256 head = uint8(pubdata[item]);
        if (head >= 0x80) revert DiffList.UnknownEntryHead(item);
        index = uint32(bytes4(pubdata[item + 1:item + 5]));
        if (index <= previous) revert DiffList.IndexNotAscending(item);
        if (index >= oldLeafCount) revert DiffList.IndexBeyondLeafCount(item);
        cursor.offset = item + 5;
        uint256 value = _word(pubdata, cursor, head % 0x40, item);
        if (head >= 0x40) _code(cursor, value);
        _updateEntry(cursor, head >= 0x40 ? 2 : 1, index, value);
    }

    function _insertion(bytes calldata pubdata, Cursor memory cursor) private pure {
        uint256 item = cursor.offset;
        if (item + 21 > pubdata.length) revert Pubdata.Truncated(item);
        uint256 head = uint8(pubdata[item]);
        uint256 kind = head / 0x20;
        if (kind > 3) revert DiffList.KindReserved(item);
        uint256 account = uint160(bytes20(pubdata[item + 1:item + 21]));
        cursor.offset = item + 21;
        uint256 slot = 0;
        if (kind == 0) {
            if (item + 22 > pubdata.length) revert Pubdata.Truncated(item);
            cursor.offset = item + 22;
            slot = _word(pubdata, cursor, uint8(pubdata[item + 21]), item);
        }
        uint256 value = _word(pubdata, cursor, 1 + (head % 0x20), item);
        if (kind == 2) _code(cursor, value);
        uint256[15] memory cells;
        cells[0] = 3 + kind;
        for (uint256 i = 0; i < 10; ++i) cells[1 + i] = _limb(account, i);
        for (uint256 i = 0; i < 4; ++i) cells[11 + i] = _limb(slot, i);
        _block(cursor, cells);
        uint256[15] memory more;
        for (uint256 i = 0; i < 12; ++i) more[i] = _limb(slot, 4 + i);
        more[14] = _limb(value, 0);
        _block(cursor, more);
        _valueBlock(cursor, value);
    }

    function _word(bytes calldata pubdata, Cursor memory cursor, uint256 length, uint256 item)
        private
        pure
        returns (uint256 word)
    {
        if (length > 32) revert DiffList.LengthOutOfRange(item);
        if (cursor.offset + length > pubdata.length) revert Pubdata.Truncated(item);
        if (length > 0 && pubdata[cursor.offset] == 0) revert DiffList.LeadingZeroByte(item);
        for (uint256 i = 0; i < length; ++i) word = (word << 8) | uint8(pubdata[cursor.offset + i]);
        cursor.offset += length;
    }

    function _code(Cursor memory cursor, uint256 value) private pure {
        if (value != 0) cursor.codeHashes[cursor.codeCount++] = bytes32(value);
    }

    function _updateEntry(Cursor memory cursor, uint256 tag, uint256 index, uint256 value) private pure {
        uint256[15] memory cells;
        cells[2] = tag;
        cells[5] = _limb(index, 0);
        cells[8] = _limb(index, 1);
        cells[14] = _limb(value, 0);
        _block(cursor, cells);
        _valueBlock(cursor, value);
    }

    function _valueBlock(Cursor memory cursor, uint256 value) private pure {
        uint256[15] memory cells;
        for (uint256 i = 0; i < 15; ++i) cells[i] = _limb(value, 1 + i);
        _block(cursor, cells);
    }

    /// @dev Limb i of 16 bits, least significant first.
    function _limb(uint256 word, uint256 i) private pure returns (uint256) {
        return (word >> (16 * i)) & 0xffff;
    }

    /// @dev Coefficient j of a block has cells j, j + 3, … as coordinates.
    function _block(Cursor memory cursor, uint256[15] memory cells) private pure {
        for (uint256 j = 0; j < 3; ++j) {
            uint256[5] memory coefficient;
            for (uint256 i = 0; i < 5; ++i) coefficient[i] = cells[j + 3 * i];
            _absorb(cursor, coefficient);
        }
    }

    /// @dev sum ← sum · point + coefficient.
    function _absorb(Cursor memory cursor, uint256[5] memory coefficient) private pure {
        uint256[9] memory product;
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < 5; ++j) product[i + j] += cursor.sum[i] * cursor.point[j];
        }
        // X^5 = 1 − X^2, from the highest power down.
        for (uint256 k = 8; k >= 5; --k) {
            product[k] %= P;
            product[k - 5] += product[k];
            product[k - 3] += P - product[k];
        }
        for (uint256 i = 0; i < 5; ++i) cursor.sum[i] = (product[i] + coefficient[i]) % P;
    }
}
