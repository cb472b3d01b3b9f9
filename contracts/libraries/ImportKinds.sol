// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Kinds of imports, by the two highest bits of their index (`src/ground/protocol/import-kinds.ts`)
/// @notice 00: root of the registry on L1. 01: statement about a batch of a chain above this one. 10: fact about a batch that L1 may
/// not have executed. 11: reserved.
library ImportKinds {
    uint256 internal constant ROOT = 0;
    uint256 internal constant STATEMENT = 1;
    uint256 internal constant FACT = 2;

    bytes32 private constant FACT_TAG = keccak256("hyperchain.fact.v1");
    bytes32 private constant STATEMENT_TAG = keccak256("hyperchain.statement.v1");

    function kindOf(uint256 index) internal pure returns (uint256) {
        return index >> 254;
    }

    /// @notice Index of the fact about a batch; 0 if an id has more than 64 bits. A fact has one index.
    function factIndex(uint256 chainId, uint256 batchNumber) internal pure returns (uint256) {
        if ((chainId | batchNumber) >> 64 != 0) return 0;
        return (1 << 255) | (chainId << 64) | batchNumber;
    }

    /// @notice True for the index of a fact: bits 128 to 254 are 0.
    function isFactIndex(uint256 index) internal pure returns (bool) {
        return index >> 128 == 1 << 127;
    }

    /// @notice Hash of a fact: L1 will execute this batch with this root of its log tree.
    function hashFact(uint256 index, bytes32 logRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(FACT_TAG, index, logRoot));
    }

    /// @notice Statement about a batch of a chain above this one: programs of the version prove its execution.
    /// @param batchHash keccak256 of the bytes that an aggregate has of the batch (BatchAggregate).
    function hashStatement(uint256 version, bytes32 batchHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(STATEMENT_TAG, version, batchHash));
    }

    /// @notice Index of a statement: it follows from its hash, so a statement has one index.
    function statementIndex(bytes32 statement) internal pure returns (uint256) {
        return (STATEMENT << 254) | (uint256(statement) >> 2);
    }
}
