// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Logs from L2 to L1 in ZK Stack's format, and the tree over them
library L2LogTree {
    error TooManyLogs(uint256 count);

    uint256 internal constant DEPTH = 14;
    /// @notice keccak256 of the 88 zero bytes of an absent log.
    bytes32 internal constant EMPTY_LEAF = 0x72abee45b59e344af8a6e520241c4744aff26ed411f4c4b00f8af09adada43ba;
    /// @notice Roots of the trees of 2^0 … 2^14 empty leaves, one word each: a proof of execution pays for every hash, so a
    /// batch's closing does not compute them again.
    bytes internal constant EMPTY_SUBTREES =
        hex"72abee45b59e344af8a6e520241c4744aff26ed411f4c4b00f8af09adada43ba"
        hex"c3d03eebfd83049991ea3d3e358b6712e7aa2e2e63dc2d4b438987cec28ac8d0"
        hex"e3697c7f33c31a9b0f0aeb8542287d0d21e8c4cf82163d0c44c7a98aa11aa111"
        hex"199cc5812543ddceeddd0fc82807646a4899444240db2c0d2f20c3cceb5f51fa"
        hex"e4733f281f18ba3ea8775dd62d2fcd84011c8c938f16ea5790fd29a03bf8db89"
        hex"1798a1fd9c8fbb818c98cff190daa7cc10b6e5ac9716b4a2649f7c2ebcef2272"
        hex"66d7c5983afe44cf15ea8cf565b34c6c31ff0cb4dd744524f7842b942d08770d"
        hex"b04e5ee349086985f74b73971ce9dfe76bbed95c84906c5dffd96504e1e5396c"
        hex"ac506ecb5465659b3a927143f6d724f91d8d9c4bdb2463aee111d9aa869874db"
        hex"124b05ec272cecd7538fdafe53b6628d31188ffb6f345139aac3c3c1fd2e470f"
        hex"c3be9cbd19304d84cca3d045e06b8db3acd68c304fc9cd4cbffe6d18036cb13f"
        hex"fef7bd9f889811e59e4076a0174087135f080177302763019adaf531257e3a87"
        hex"a707d1c62d8be699d34cb74804fdd7b4c568b6c1a821066f126c680d4b83e00b"
        hex"f6e093070e0389d2e529d60fadb855fdded54976ec50ac709e3a36ceaa64c291"
        hex"375a5bf909cb02143e3695ca658e0641e739aa590f0004dba93572c44cdb9d2d";
    /// @notice Root of a tree without logs: the last of `EMPTY_SUBTREES`.
    bytes32 internal constant EMPTY_ROOT = 0x375a5bf909cb02143e3695ca658e0641e739aa590f0004dba93572c44cdb9d2d;
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
        if (count == 0) return EMPTY_ROOT;
        if (count > 1 << DEPTH) revert TooManyLogs(count);
        bytes32 empty = EMPTY_LEAF;
        for (uint256 level = 0; level < DEPTH; ++level) {
            // Children lie next to each other, so a parent is one hash in place; writes stay behind reads. A missing
            // right child is put next to its sibling in scratch space.
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
        return leaves[0];
    }
}
