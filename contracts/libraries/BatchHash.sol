// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StoredBatch} from "../types/Batches.sol";

/// @title Hash of a stored batch, keccak256(abi.encode(batch)), and its copy in memory
/// @dev A struct of fixed length is in calldata, and in memory, as the ABI encodes it. The compiler would copy it word by word, at
/// 50 gas a word (decision 374). A value beyond its type's range leads to the hash of no batch that a chain stores.
library BatchHash {
    /// @notice Bytes of a record.
    uint256 internal constant LENGTH = 24 * 32;

    function ofCalldata(StoredBatch calldata batch) internal pure returns (bytes32 batchHash) {
        uint256 length = LENGTH;
        assembly ("memory-safe") {
            // Free memory, which stays free.
            let free := mload(0x40)
            calldatacopy(free, batch, length)
            batchHash := keccak256(free, length)
        }
    }

    /// @notice Copy of a record that its caller compares with a stored hash before it trusts a field.
    function copyOf(StoredBatch calldata batch) internal pure returns (StoredBatch memory copy) {
        uint256 length = LENGTH;
        assembly ("memory-safe") {
            calldatacopy(copy, batch, length)
        }
    }

    function ofMemory(StoredBatch memory batch) internal pure returns (bytes32 batchHash) {
        uint256 length = LENGTH;
        assembly ("memory-safe") {
            batchHash := keccak256(batch, length)
        }
    }
}
