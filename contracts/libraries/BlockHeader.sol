// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Rlp} from "./Rlp.sol";

/// @title Header of a block of Ethereum, or of a chain with Ethereum's headers
/// @notice Upgrades of Ethereum add fields at the end, so root, number and time have fixed positions. A header is trusted only by its hash, which
/// binds every field.
library BlockHeader {
    uint256 private constant STATE_ROOT_AT = 3;
    uint256 private constant NUMBER_AT = 8;
    uint256 private constant TIMESTAMP_AT = 11;
    /// @dev Fields of the first headers; none was ever removed.
    uint256 private constant MIN_FIELDS = 15;

    /// @notice A number or a time of the header has more than 64 bits.
    error HeaderNumberTooLarge(uint256 limit, uint256 actual);

    /// @notice Reads a header. Reverts with RlpMalformed unless it is one list of at least 15 strings.
    function read(bytes calldata header) internal pure returns (bytes32 stateRoot, uint64 number, uint64 timestamp) {
        bytes calldata fields = Rlp.list(header);
        uint256 count;
        for (uint256 offset = 0; offset < fields.length; ++count) {
            if (count == STATE_ROOT_AT) {
                (stateRoot, offset) = Rlp.word(fields, offset);
            } else if (count == NUMBER_AT) {
                (number, offset) = _number(fields, offset);
            } else if (count == TIMESTAMP_AT) {
                (timestamp, offset) = _number(fields, offset);
            } else {
                bool isList;
                (, offset, isList) = Rlp.next(fields, offset);
                if (isList) revert Rlp.RlpMalformed();
            }
        }
        if (count < MIN_FIELDS) revert Rlp.RlpMalformed();
    }

    function _number(bytes calldata fields, uint256 offset) private pure returns (uint64, uint256 end) {
        uint256 value;
        (value, end) = Rlp.number(fields, offset);
        if (value > type(uint64).max) revert HeaderNumberTooLarge(type(uint64).max, value);
        return (uint64(value), end);
    }
}
