// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hashes that grow by one entry at a time
library RollingHash {
    /// @notice Rolling hash of no priority operations: keccak of nothing, as in ZK Stack.
    bytes32 internal constant EMPTY_PRIORITY_OPS = keccak256("");
    /// @notice Rolling hash of no imported roots.
    bytes32 internal constant EMPTY_IMPORTED_ROOTS = keccak256("hyperchain.imported-roots.v1");

    function addPriorityOp(bytes32 hash, bytes32 canonicalTxHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, canonicalTxHash));
    }

    /// @notice Rolling hash of the data of imports; that of none is 0.
    function addImport(bytes32 hash, bytes32 pubdataHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, pubdataHash));
    }

    function addImportedRoot(bytes32 hash, uint256 registryIndex, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, registryIndex, root));
    }
}
