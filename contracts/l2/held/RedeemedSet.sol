// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Absence} from "../../interfaces/l2/IHeldAccounts.sol";

/// @title Set of ids with one root for each set
/// @notice Ids that share their first `level` bits have this root: 0 without an id, `keccak256(03 ‖ id)` for one id, and
/// otherwise `keccak256(04 ‖ level (1) ‖ root of the ids with next bit 0 ‖ root of the ids with next bit 1)`. The first bit
/// is the most significant.
/// @dev A path of another depth leads to another root, because nodes contain their level.
library RedeemedSet {
    uint256 private constant MAX_DEPTH = 255;

    /// @notice Adds an id.
    /// @return isAbsent False if the set contains the id, or if the proof is of another set.
    /// @return next Root with the id; meaningless if not `isAbsent`.
    function insert(bytes32 root, bytes32 id, Absence calldata absence) internal pure returns (bool isAbsent, bytes32 next) {
        uint256 depth = absence.siblings.length;
        if (depth > MAX_DEPTH) return (false, 0);
        bytes32 previous;
        next = _leaf(id);
        if (absence.neighbor != 0) {
            previous = _leaf(absence.neighbor);
            uint256 difference = uint256(id ^ absence.neighbor);
            if (difference == 0) return (false, 0);
            uint256 split = MAX_DEPTH - Math.log2(difference);
            // Otherwise the neighbor belongs to another subtree.
            if (split < depth) return (false, 0);
            next = _node(id, split, next, previous);
            for (uint256 level = split; level > depth; --level) next = _node(id, level - 1, next, 0);
        }
        for (uint256 i = 0; i < depth; ++i) {
            previous = _node(id, depth - 1 - i, previous, absence.siblings[i]);
            next = _node(id, depth - 1 - i, next, absence.siblings[i]);
        }
        return (previous == root, next);
    }

    function _leaf(bytes32 id) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"03", id));
    }

    /// @param child Child on the id's path.
    function _node(bytes32 id, uint256 level, bytes32 child, bytes32 sibling) private pure returns (bytes32) {
        bool isRight = (uint256(id) >> (MAX_DEPTH - level)) & 1 == 1;
        // Levels are below 256.
        return isRight
            ? keccak256(abi.encodePacked(hex"04", uint8(level), sibling, child))
            : keccak256(abi.encodePacked(hex"04", uint8(level), child, sibling));
    }
}
