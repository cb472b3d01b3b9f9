// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDevnetExecutor} from "../interfaces/bridges/IDevnetExecutor.sol";

/// @title What a sender asks of an executor, in LayerZero's options of type 3
/// @dev A list of: worker (1 byte) ‖ length (2) ‖ kind (1) ‖ the kind's fields. The length counts the kind.
library ExecutorOptions {
    /// @notice All that is asked for.
    /// @param receiveGas For `lzReceive` alone.
    /// @param gas For it and all composed calls.
    /// @param calls How many calls that are: one, and the composed ones.
    /// @param value Coins for the calls, and to drop.
    struct Sum {
        uint256 receiveGas;
        uint256 gas;
        uint256 calls;
        uint256 value;
        uint256 drops;
    }

    uint8 internal constant RECEIVE = 1;
    uint8 private constant DROP = 2;
    uint8 private constant COMPOSE = 3;
    uint8 private constant ORDERED = 4;
    /// @dev Bytes of worker and length.
    uint256 private constant HEAD = 3;

    /// @dev Numbers in options have 128 bits, and there are at most 2^16 bytes of them: no sum overflows.
    function sum(bytes calldata options) internal pure returns (Sum memory asked) {
        asked.calls = 1;
        uint256 cursor = 0;
        while (cursor < options.length) {
            uint256 end = options.length - cursor < HEAD ? 0 : cursor + HEAD + uint16(bytes2(options[cursor + 1:cursor + HEAD]));
            if (end < cursor + HEAD + 1 || end > options.length) {
                revert IDevnetExecutor.InvalidOption(0, options.length - cursor);
            }
            _add(asked, uint8(options[cursor + HEAD]), options[cursor + HEAD + 1:end]);
            cursor = end;
        }
    }

    function _add(Sum memory asked, uint8 kind, bytes calldata option) private pure {
        uint256 length = option.length;
        if (kind == RECEIVE && (length == 16 || length == 32)) {
            asked.receiveGas += _number(option, 0);
            asked.gas += _number(option, 0);
            if (length == 32) asked.value += _number(option, 16);
        } else if (kind == DROP && length == 48) {
            asked.value += _number(option, 0);
            ++asked.drops;
        } else if (kind == COMPOSE && (length == 18 || length == 34)) {
            uint256 gasOfCall = _number(option, 2);
            if (gasOfCall == 0) revert IDevnetExecutor.NoGas(COMPOSE);
            asked.gas += gasOfCall;
            ++asked.calls;
            if (length == 34) asked.value += _number(option, 18);
        } else if (kind != ORDERED || length != 0) {
            revert IDevnetExecutor.InvalidOption(kind, length);
        }
    }

    function _number(bytes calldata option, uint256 offset) private pure returns (uint128) {
        return uint128(bytes16(option[offset:offset + 16]));
    }
}
