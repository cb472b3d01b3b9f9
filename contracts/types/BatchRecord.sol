// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice L1's record of an executed batch, without its messages; a leaf of the registry holds its hash.
/// @param partition Of a second state tree; 0 while there is none.
/// @param extensions Hash of the batch's exports besides its logs (BatchCommitment.hashExtensions); 0 of a mark.
/// @param lastBlock Number of its last block.
/// @param lastTimestamp Of its last block, seconds by the chain's clock. Of a mark: 0 if the chain runs, 2^64 - 1 if it stopped.
/// @param executedAt When L1 executed it, seconds by L1's clock.
/// @param provenSince First batch of the unbroken run with proven execution that ends here. The batch's number + 1 if its own
/// execution is not proven; 2^64 - 1 for marks.
/// @param firstTimestamp Of its first block: nothing in it was sent before.
/// @param refused Hash of the ids of chains that did not exist yet when it sent assets to them (TransactionTree); 0 where there are none.
struct BatchRecord {
    uint256 protocolVersion;
    bytes32 oldStateRoot;
    bytes32 newStateRoot;
    bytes32 partition;
    bytes32 extensions;
    uint64 lastBlock;
    uint64 lastTimestamp;
    uint64 executedAt;
    uint64 provenSince;
    uint64 firstTimestamp;
    bytes32 refused;
}
