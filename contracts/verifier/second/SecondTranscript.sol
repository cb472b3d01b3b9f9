// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";
import {SecondField} from "./SecondField.sol";
import {SecondMemory} from "./SecondMemory.sol";

/// @title Transcript of the second verifier: a state that every part of the proof changes
/// @dev `unchecked`: addresses, counts and numbers of bits are below 2^32, and lanes are bounded as in `SecondField`.
library SecondTranscript {
    /// @dev Hashes that positions may take beyond one for each.
    uint256 private constant SPARE_HASHES = 16;

    /// @notice keccak256(state ‖ bytes).
    function absorb(bytes32 state, uint256 cursor, uint256 length) internal pure returns (bytes32 next) {
        assembly ("memory-safe") {
            let copy := mload(0x40)
            mstore(copy, state)
            mcopy(add(copy, 32), cursor, length)
            next := keccak256(copy, add(length, 32))
        }
    }

    /// @notice The state's lowest 255 bits, 51 a coordinate, reduced.
    function challenge(bytes32 state) internal pure returns (uint256) {
        return SecondField.reduce(uint256(state) & (type(uint256).max >> 1));
    }

    /// @notice `count` distinct positions below 2^logDomain, ascending, one a word. Reverts PositionsExhausted.
    function positions(bytes32 state, uint256 logDomain, uint256 count) internal pure returns (uint256 cursor) {
        unchecked {
            cursor = SecondMemory.allocate(count);
            uint256 found = 0;
            for (uint256 counter = 0; found < count; ++counter) {
                if (counter == count + SPARE_HASHES) revert IStarkVerifier.PositionsExhausted();
                uint256 word = uint256(keccak256(abi.encode(state, counter)));
                for (uint256 i = 256 / logDomain; i != 0 && found < count; --i) {
                    if (_insert(cursor, found, word & ((1 << logDomain) - 1))) ++found;
                    word >>= logDomain;
                }
            }
        }
    }

    /// @dev Inserts a position into an ascending list; false if the list has it already.
    function _insert(uint256 cursor, uint256 length, uint256 position) private pure returns (bool) {
        unchecked {
            uint256 slot = cursor + 32 * length;
            for (uint256 i = cursor; i < slot; i += 32) if (SecondMemory.load(i) == position) return false;
            for (; slot > cursor && SecondMemory.load(slot - 32) > position; slot -= 32)
                SecondMemory.store(slot, SecondMemory.load(slot - 32));
            SecondMemory.store(slot, position);
            return true;
        }
    }
}
