// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Logs from L2 to L1 in ZK Stack's format, and the tree over them
library L2LogTree {
    error TooManyLogs(uint256 count);

    uint256 internal constant DEPTH = 14;
    /// @notice keccak256 of the 88 zero bytes of an absent log.
    bytes32 internal constant EMPTY_LEAF = 0x72abee45b59e344af8a6e520241c4744aff26ed411f4c4b00f8af09adada43ba;
    address internal constant MESSENGER = address(0x8008);
    address internal constant BOOTLOADER = address(0x8001);

    /// @notice Leaf of a message: from the messenger, about the sender, with the hash of the body.
    function messageLeaf(address sender, bytes32 bodyHash) internal pure returns (bytes32) {
        return leaf(MESSENGER, bytes32(uint256(uint160(sender))), bodyHash);
    }

    /// @notice Leaf of a priority operation's result.
    function priorityOpLeaf(bytes32 canonicalTxHash, bool success) internal pure returns (bytes32) {
        return leaf(BOOTLOADER, canonicalTxHash, bytes32(uint256(success ? 1 : 0)));
    }

    /// @notice keccak256 of shard 0 ‖ isService 1 ‖ txNumberInBatch 0 (2 bytes) ‖ sender ‖ key ‖ value: 88 bytes.
    function leaf(address sender, bytes32 key, bytes32 value) internal pure returns (bytes32 hash) {
        // abi.encodePacked would leave 160 bytes of garbage per log; memory above the free pointer serves as scratch.
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, or(shl(240, 1), shl(64, and(sender, 0xffffffffffffffffffffffffffffffffffffffff))))
            mstore(add(at, 24), key)
            mstore(add(at, 56), value)
            hash := keccak256(at, 88)
        }
    }

    /// @notice Root over the leaves in order, empty leaves behind them. Overwrites the array.
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        uint256 count = leaves.length;
        if (count > 1 << DEPTH) revert TooManyLogs(count);
        bytes32 empty = EMPTY_LEAF;
        for (uint256 level = 0; level < DEPTH; ++level) {
            // Children lie next to each other, so a parent is one hash in place; writes stay behind reads. A missing
            // right child is put beside its sibling in scratch space.
            assembly ("memory-safe") {
                let to := add(leaves, 0x20)
                let from := to
                for { let end := add(from, shl(6, shr(1, count))) } lt(from, end) { from := add(from, 0x40) } {
                    mstore(to, keccak256(from, 0x40))
                    to := add(to, 0x20)
                }
                mstore(0x20, empty)
                if and(count, 1) {
                    mstore(0x00, mload(from))
                    mstore(to, keccak256(0x00, 0x40))
                }
                mstore(0x00, empty)
                empty := keccak256(0x00, 0x40)
                count := shr(1, add(count, 1))
            }
        }
        return count == 0 ? empty : leaves[0];
    }
}
