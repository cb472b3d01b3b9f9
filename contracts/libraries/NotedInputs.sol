// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hash of a batch's inputs, as the proof of its execution has it
/// @notice Inputs are records (docs/protocol.md §11). A block: kind (1 byte) ‖ seconds (8) ‖ hash of its parent (32), and after that of an
/// import the number of its roots (2) with index (32) and root (32) of each. A transaction: 02 ‖ length (3) ‖ what its
/// sender signed ‖ signature (64, EIP-2098). One of type 0x71: 71 ‖ hash of the domain (32) ‖ its ten words (320) ‖ length (3) ‖ its
/// data ‖ signature (64).
library NotedInputs {
    /// @notice The record at this offset is longer than the rest of the inputs.
    error InputsTruncated(uint256 offset, uint256 length);
    error InputKindUnknown(uint256 offset, uint256 kind);

    uint256 private constant TRANSACTION = 2;
    uint256 private constant IMPORTS = 4;
    uint256 private constant TYPED_TRANSACTION = 0x71;
    uint256 private constant TIME_BITS = 64;
    uint256 private constant COUNT_SHIFT = 8;
    uint256 private constant WORDS_OF_TYPED = 320;
    bytes32 private constant TYPE_HASH = keccak256(
        "Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,uint256 gasPerPubdataByteLimit,uint256 maxFeePerGas,uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,bytes data,bytes32[] factoryDeps,bytes paymasterInput)"
    );

    /// @dev Kinds of blocks: 1 of users, 3 opening, 4 imports, 5 closing, 6 of an operation, 9 opening that forgets, 10 next of an operation.
    uint256 private constant KINDS_OF_BLOCKS = (1 << 1) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 9) | (1 << 10);

    /// @notice Hash of the records from an offset to the end. No other records have this hash.
    function hash(bytes calldata inputs, uint256 offset) internal pure returns (bytes32) {
        // The hash so far, and then the words of the next record. One buffer serves all records.
        bytes32[4] memory words;
        while (offset < inputs.length) {
            uint256 kind = uint8(inputs[offset]);
            if (kind == TRANSACTION) offset = _noteTransaction(words, inputs, offset + 1);
            else if (kind == TYPED_TRANSACTION) offset = _noteTyped(words, inputs, offset + 1);
            else if (kind <= 10 && (KINDS_OF_BLOCKS >> kind) & 1 != 0) offset = _noteBlock(words, inputs, offset + 1, kind);
            else revert InputKindUnknown(offset, kind);
        }
        return words[0];
    }

    function _noteBlock(bytes32[4] memory words, bytes calldata inputs, uint256 offset, uint256 kind)
        private
        pure
        returns (uint256 next)
    {
        uint256 time = _number(inputs, offset, 8);
        next = offset + 40;
        uint256 count;
        if (kind == IMPORTS) {
            count = _number(inputs, next, 2);
            next += 2;
        }
        words[1] = bytes32(((count << COUNT_SHIFT) | kind) << TIME_BITS | time);
        words[2] = _word(inputs, offset + 8);
        _note(words, 3);
        for (; count != 0; --count) {
            words[1] = _word(inputs, next);
            words[2] = _word(inputs, next + 32);
            _note(words, 3);
            next += 64;
        }
    }

    function _noteTransaction(bytes32[4] memory words, bytes calldata inputs, uint256 offset)
        private
        pure
        returns (uint256)
    {
        uint256 length = _number(inputs, offset, 3);
        words[1] = keccak256(_slice(inputs, offset + 3, length));
        return _noteSignature(words, inputs, offset + 3 + length);
    }

    function _noteTyped(bytes32[4] memory words, bytes calldata inputs, uint256 offset) private pure returns (uint256) {
        bytes32 domain = _word(inputs, offset);
        bytes calldata fields = _slice(inputs, offset + 32, WORDS_OF_TYPED);
        offset += 32 + WORDS_OF_TYPED;
        uint256 length = _number(inputs, offset, 3);
        bytes32 data = keccak256(_slice(inputs, offset + 3, length));
        // No code is published and no paymaster pays.
        bytes32 struct_ = keccak256(abi.encodePacked(TYPE_HASH, fields, data, keccak256(""), keccak256("")));
        words[1] = keccak256(abi.encodePacked("\x19\x01", domain, struct_));
        return _noteSignature(words, inputs, offset + 3 + length);
    }

    function _noteSignature(bytes32[4] memory words, bytes calldata inputs, uint256 offset)
        private
        pure
        returns (uint256)
    {
        words[2] = _word(inputs, offset);
        words[3] = _word(inputs, offset + 32);
        _note(words, 4);
        return offset + 64;
    }

    /// @dev Overwrites them: abi.encode would take new memory for each record, whose price rises with the square.
    function _note(bytes32[4] memory words, uint256 count) private pure {
        assembly ("memory-safe") {
            mstore(words, keccak256(words, shl(5, count)))
        }
    }

    function _word(bytes calldata inputs, uint256 offset) private pure returns (bytes32) {
        return bytes32(_slice(inputs, offset, 32));
    }

    function _number(bytes calldata inputs, uint256 offset, uint256 bytes_) private pure returns (uint256) {
        return uint256(bytes32(_slice(inputs, offset, bytes_))) >> (256 - 8 * bytes_);
    }

    function _slice(bytes calldata inputs, uint256 offset, uint256 length) private pure returns (bytes calldata) {
        if (offset + length > inputs.length) revert InputsTruncated(offset, length);
        return inputs[offset:offset + length];
    }
}
