// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2LogTree} from "./L2LogTree.sol";

/// @title A batch's pubdata: header, logs and bytecodes (layout: docs/protocol.md)
/// @notice Sections are read in the order of the encoding: header, logs, bytecodes, diff list (DiffList.sol). Each reader
/// takes the offset at which its section begins and returns where it ends. Errors carry the offset of the offending item.
library Pubdata {
    error UnsupportedVersion(uint256 offset);
    error Truncated(uint256 offset);
    error TooManyLogs(uint256 offset);
    error UnknownLogHead(uint256 offset);
    error OperationCountMismatch(uint256 offset);
    error EmptyBytecode(uint256 offset);
    error BytecodesNotAscending(uint256 offset);

    struct Header {
        uint256 logCount;
        uint256 bytecodeCount;
        uint256 updateCount;
        uint256 insertionCount;
    }

    uint256 internal constant VERSION = 2;
    uint256 internal constant HEADER_LENGTH = 9;

    /// @notice Version byte, then four counts of two bytes.
    function readHeader(bytes calldata pubdata) internal pure returns (Header memory header) {
        if (pubdata.length < HEADER_LENGTH) revert Truncated(0);
        if (uint8(pubdata[0]) != VERSION) revert UnsupportedVersion(0);
        header.logCount = uint16(bytes2(pubdata[1:3]));
        header.bytecodeCount = uint16(bytes2(pubdata[3:5]));
        header.updateCount = uint16(bytes2(pubdata[5:7]));
        header.insertionCount = uint16(bytes2(pubdata[7:9]));
        if (header.logCount > 1 << L2LogTree.DEPTH) revert TooManyLogs(1);
    }

    /// @notice The log tree's leaves. A log is one byte: 0 or 1 is the result of the next priority operation of
    /// `canonicalTxHashes`; 2 is a message, followed by sender (20), length (3) and body.
    function readLogs(bytes calldata pubdata, uint256 offset, uint256 count, bytes32[] memory canonicalTxHashes)
        internal
        pure
        returns (bytes32[] memory leaves, uint256 next)
    {
        leaves = new bytes32[](count);
        uint256 operations = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (offset >= pubdata.length) revert Truncated(offset);
            uint256 word = _load(pubdata, offset);
            uint256 head = word >> 248;
            // Offsets stay below the calldata's length plus 2^24 and indices below checked counts.
            unchecked {
                if (head < 2) {
                    if (operations == canonicalTxHashes.length) revert OperationCountMismatch(offset);
                    leaves[i] = L2LogTree.priorityOpLeaf(canonicalTxHashes[operations], head == 1);
                    ++operations;
                    ++offset;
                    continue;
                }
                if (head != 2) revert UnknownLogHead(offset);
                uint256 bodyAt = offset + 24;
                uint256 end = bodyAt + ((word >> 64) & 0xffffff);
                if (bodyAt > pubdata.length || end > pubdata.length) revert Truncated(offset);
                leaves[i] = L2LogTree.messageLeaf(address(uint160(word >> 88)), _hash(pubdata, bodyAt, end - bodyAt));
                offset = end;
            }
        }
        if (operations != canonicalTxHashes.length) revert OperationCountMismatch(offset);
        return (leaves, offset);
    }

    /// @notice Hashes of the published bytecodes, strictly ascending. A bytecode is length (3, not 0) and bytes.
    function readBytecodes(bytes calldata pubdata, uint256 offset, uint256 count)
        internal
        pure
        returns (bytes32[] memory hashes, uint256 next)
    {
        hashes = new bytes32[](count);
        bytes32 previous = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (offset + 3 > pubdata.length) revert Truncated(offset);
            uint256 length = _load(pubdata, offset) >> 232;
            if (length == 0) revert EmptyBytecode(offset);
            if (offset + 3 + length > pubdata.length) revert Truncated(offset);
            bytes32 hash = _hash(pubdata, offset + 3, length);
            if (hash <= previous) revert BytecodesNotAscending(offset);
            hashes[i] = hash;
            previous = hash;
            offset += 3 + length;
        }
        return (hashes, offset);
    }

    /// @dev 32 bytes from the offset on. Bytes behind the end are arbitrary: callers check what they use.
    function _load(bytes calldata pubdata, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(pubdata.offset, offset))
        }
    }

    /// @dev keccak256 of a part that lies within the pubdata; a slice expression would check that again, for 100 gas.
    function _hash(bytes calldata pubdata, uint256 offset, uint256 length) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            calldatacopy(at, add(pubdata.offset, offset), length)
            hash := keccak256(at, length)
        }
    }
}
