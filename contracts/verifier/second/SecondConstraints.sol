// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SecondField} from "./SecondField.sol";

/// @title Input of the evaluation
/// @dev Pointers are addresses of words in memory, one an element.
struct Evaluation {
    uint256 instructions;
    uint256 gadgets;
    uint256 alpha;
    /// Row selectors by scope: every row, transition, first row, last row.
    uint256 selectors;
    uint256 sum;
}

/// @title Interpreter of a description's instructions
/// @notice An instruction has five bytes: operation, a, b. It writes one slot of its frame, the next one. a and b name slots
/// of the same frame unless the list below names another. A frame starts with its inputs; a gadget's follows its caller's. Lanes
/// are lazy: the description inserts a reduction if a lane could reach 2^50, and subtracts at most the multiple of p that the
/// operation adds.
library SecondConstraints {
    /// @notice An instruction of the description that does not exist.
    error UnknownOperation(uint256 operation);

    uint256 private constant ADD = 0;
    uint256 private constant SUB = 1;
    uint256 private constant SUB_WIDE = 2;
    uint256 private constant MUL = 3;
    /// @dev a times the base number in slot b.
    uint256 private constant SCALE = 4;
    /// @dev The number of 32 bits that a and b are together.
    uint256 private constant CONSTANT = 5;
    /// @dev Input b of the next call.
    uint256 private constant INPUT = 6;
    /// @dev Runs gadget a.
    uint256 private constant CALL = 7;
    /// @dev Slot b of the frame that the last call left.
    uint256 private constant RESULT = 8;
    uint256 private constant REDUCE = 9;
    /// @dev sum := sum·α + selector b · a. Constraints are listed last to first, so constraint i has the factor α^i.
    uint256 private constant CONSTRAINT = 10;

    uint256 private constant INSTRUCTION_BYTES = 5;
    uint256 private constant GADGET_BYTES = 6;

    /// @notice Σ α^i · selectorᵢ(z) · constraintᵢ(z), canonical.
    /// @param frame The system's frame: columns at z, columns at g·z and public values, then free memory.
    function evaluate(
        Evaluation memory e,
        uint256 instructionCount,
        uint256 frame,
        uint256 inputs
    ) internal pure returns (uint256) {
        e.sum = 0;
        _run(e, e.instructions, instructionCount, frame, frame + 32 * inputs);
        return SecondField.reduce(e.sum);
    }

    /// @dev Sums and addresses stay far below 2^256; lanes are bounded by the description. Operands are multiplied by 32.
    function _run(Evaluation memory e, uint256 cursor, uint256 count, uint256 frame, uint256 slot) private pure {
        unchecked {
            uint256 end = slot + 32 * count;
            for (; slot < end; slot += 32) {
                uint256 operation;
                uint256 a;
                uint256 b;
                assembly ("memory-safe") {
                    b := shr(216, mload(cursor))
                    cursor := add(cursor, INSTRUCTION_BYTES)
                    operation := shr(32, b)
                    a := and(shr(11, b), 0x1fffe0)
                    b := and(shl(5, b), 0x1fffe0)
                }
                if (operation < CONSTANT) {
                    uint256 x = _load(frame + a);
                    uint256 y = _load(frame + b);
                    if (operation == ADD) _store(slot, x + y);
                    else if (operation == SCALE) _store(slot, SecondField.scale(x, y));
                    else if (operation == MUL) _store(slot, SecondField.mul(x, y));
                    else if (operation == SUB) _store(slot, x + SecondField.LIFTED_ZERO - y);
                    else _store(slot, x + SecondField.LIFTED_ZERO_WIDE - y);
                } else if (operation == INPUT) {
                    _store(end + b, _load(frame + a));
                } else if (operation == RESULT) {
                    _store(slot, _load(end + b));
                } else if (operation == CONSTANT) {
                    _store(slot, (a << 11) | (b >> 5));
                } else if (operation == CONSTRAINT) {
                    _absorb(e, _load(frame + a), b);
                } else if (operation == REDUCE) {
                    _store(slot, SecondField.reduce(_load(frame + a)));
                } else if (operation == CALL) {
                    _call(e, a / 32, end);
                } else {
                    revert UnknownOperation(operation);
                }
            }
        }
    }

    function _call(Evaluation memory e, uint256 gadget, uint256 frame) private pure {
        unchecked {
            uint256 entry = _load(e.gadgets + GADGET_BYTES * gadget) >> 208;
            uint256 first = entry >> 32;
            uint256 count = (entry >> 16) & 0xffff;
            uint256 inputs = entry & 0xffff;
            _run(e, e.instructions + INSTRUCTION_BYTES * first, count, frame, frame + 32 * inputs);
        }
    }

    /// @dev `scope` times 32.
    function _absorb(Evaluation memory e, uint256 value, uint256 scope) private pure {
        unchecked {
            if (scope != 0) value = SecondField.mul(value, _load(e.selectors + scope));
            e.sum = SecondField.mul(e.sum, e.alpha) + value;
        }
    }

    function _load(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(cursor)
        }
    }

    function _store(uint256 cursor, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(cursor, word)
        }
    }
}
