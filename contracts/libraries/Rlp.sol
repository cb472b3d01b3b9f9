// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Strict reader of RLP in calldata
/// @notice Accepts only the one encoding that Ethereum's nodes write: no long form of a short length, no leading zero of a length or a
/// number, no prefix before a byte below 0x80, nothing after the last item.
/// @dev OpenZeppelin's RLP accepts leading zeros of numbers and copies to memory.
library Rlp {
    /// @notice The bytes are not RLP in its one form, or not of the expected kind.
    error RlpMalformed();

    uint256 private constant STRING = 0x80;
    uint256 private constant LIST = 0xc0;
    /// @dev Longest content with its length in the prefix.
    uint256 private constant SHORT = 55;
    /// @dev A header and a trie's node have less than 65,536 bytes.
    uint256 private constant MAX_LENGTH_BYTES = 2;

    /// @notice Bounds of the item at an offset: its content is [start, end), and the next item begins at `end`.
    function next(bytes calldata data, uint256 offset) internal pure returns (uint256 start, uint256 end, bool isList) {
        if (offset >= data.length) revert RlpMalformed();
        uint256 prefix = uint8(data[offset]);
        if (prefix < STRING) return (offset, offset + 1, false);
        isList = prefix >= LIST;
        uint256 length = prefix - (isList ? LIST : STRING);
        start = offset + 1;
        if (length > SHORT) {
            uint256 lengthBytes = length - SHORT;
            if (lengthBytes > MAX_LENGTH_BYTES || start + lengthBytes > data.length) revert RlpMalformed();
            length = uint8(data[start]);
            if (length == 0) revert RlpMalformed();
            if (lengthBytes == MAX_LENGTH_BYTES) length = (length << 8) | uint8(data[start + 1]);
            if (length <= SHORT) revert RlpMalformed();
            start += lengthBytes;
        }
        end = start + length;
        if (end > data.length) revert RlpMalformed();
        if (!isList && length == 1 && uint8(data[start]) < STRING) revert RlpMalformed();
    }

    /// @notice Content of bytes that are one list and nothing else.
    function list(bytes calldata data) internal pure returns (bytes calldata) {
        (uint256 start, uint256 end, bool isList) = next(data, 0);
        if (!isList || end != data.length) revert RlpMalformed();
        return data[start:end];
    }

    /// @notice Number in the string at an offset, and offset of the next item.
    function number(bytes calldata data, uint256 offset) internal pure returns (uint256 value, uint256 end) {
        uint256 start;
        bool isList;
        (start, end, isList) = next(data, offset);
        uint256 length = end - start;
        if (isList || length > 32 || (length != 0 && data[start] == 0)) revert RlpMalformed();
        if (length != 0) value = uint256(bytes32(data[start:end])) >> (256 - 8 * length);
    }

    /// @notice Word in the string of 32 bytes at an offset, and offset of the next item.
    function word(bytes calldata data, uint256 offset) internal pure returns (bytes32 value, uint256 end) {
        uint256 start;
        bool isList;
        (start, end, isList) = next(data, offset);
        if (isList || end - start != 32) revert RlpMalformed();
        value = bytes32(data[start:end]);
    }
}
