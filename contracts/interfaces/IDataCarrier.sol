// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchApproval, CommitBatch, StoredBatch} from "../types/Batches.sol";
import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title Carries the data of chains on a hyperchain to L1
/// @notice The data availability policy of a chain that settles on a rollup and is a rollup itself: each batch is committed through this
/// contract, which sends the batch's data to L1 in the same call, in messages of the chain below. Then L1 alone has all of them.
/// On a chain whose data are on L1 only: what a message says is as available as the messages of the chain that sends it.
/// @dev A message is `07 ‖ hyperchain (20) ‖ batchNumber (8) ‖ part (1) ‖ bytes`. The parts of a batch follow each other, from part 0;
/// their bytes together are `committedAt (8) ‖ lastBlock (8) ‖ firstTimestamp (8) ‖ lastTimestamp (8) ‖ priorityOpCount (8) ‖
/// importedRootCount (8) ‖ cheatCount (8) ‖ coinbase (20) ‖ importedRootsRollingHash (32) ‖ newStateRoot (32) ‖ pubdata`: with the record
/// before it, all of the batch's record. It has no owner and no arguments, so its code tells its address on every chain (the common CREATE2
/// deployer, salt 0).
interface IDataCarrier is IDataAvailabilityPolicy {
    /// @notice There is nothing to carry: the batch's data are withheld.
    error NothingToCarry(address hyperchain, uint64 batchNumber);
    /// @notice Messages have no hash of inputs: a chain that exports one commits on L1 itself.
    error TransactionsHashNotCarried(address hyperchain, bytes32 actual);
    /// @notice This batch of this chain is not committed by `commit`, so its data are not on their way to L1.
    error NotCarried(address hyperchain, bytes32 pubdataHash);
    /// @notice The chain's state names code that none of its carried batches holds.
    error CodeNotCarried(address hyperchain, bytes32 hash);

    /// @notice Sends the batch's data to L1 and commits the batch; reverts whole where the chain refuses it. Anyone, as commitBatches.
    /// @param hyperchain The chain's contract, whose policy this is. Another contract gets its bytes to L1 under its own
    /// address, and pays for them.
    /// @param previous, batch, approval As commitBatches takes them.
    function commit(
        address hyperchain,
        StoredBatch calldata previous,
        CommitBatch calldata batch,
        BatchApproval calldata approval
    ) external;

    /// @notice For chains' contracts, of the batch that is being committed. Keeps by caller which codes it has carried, and
    /// reverts where one is not among them: a chain's state is rebuilt from its own messages alone.
    /// @param published Hashes of the codes in the batch's data.
    /// @param required Hashes of the codes that the batch's changes name.
    function recordCodes(bytes32[] calldata published, bytes32[] calldata required) external;

    /// @notice Whether a chain's contract has said that its carried data hold this code.
    function isCodeCarried(address hyperchain, bytes32 hash) external view returns (bool);
}
