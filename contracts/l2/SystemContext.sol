// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {BatchCommitment, BatchOutputs, ChainOrigin} from "../libraries/BatchCommitment.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {ISystemContext}.
contract SystemContext is ISystemContext, RestrictedCallers {
    // The order is part of the protocol: slot 0 is proven, slots 2 to 6 are written by the chain's initial state
    // (`src/ground/protocol/genesis.ts`), slots 7 and 8 are read at a batch's opening (`src/ground/protocol/block-hashes.ts`).
    bytes32 public outputsHash;
    uint64 public batchNumber;
    uint64 private firstBlock;
    uint64 private firstTimestamp;
    bool private batchIsOpen;
    uint256 public l1ChainId;
    address public l1SharedBridge;
    uint256 private baseTokenOriginChainId;
    address private baseTokenOriginToken;
    uint256 public bornAt;
    bytes32 public blockHashes;
    uint64 public hashesSince;

    /// @inheritdoc ISystemContext
    function openBatch(uint64 number, uint64 since) external onlyFrom(Predeploys.BOOTLOADER) {
        if (batchIsOpen) revert BatchAlreadyOpen(batchNumber);
        if (since != hashesSince) {
            if (since != block.number) revert HashesSinceRefused(hashesSince, block.number, since);
            (hashesSince, blockHashes) = (since, 0);
        }
        (batchNumber, firstBlock, firstTimestamp, batchIsOpen) = (number, uint64(block.number), uint64(block.timestamp), true);
        emit BatchOpened(number, firstBlock, firstTimestamp);
    }

    /// @inheritdoc ISystemContext
    function closeBatch(uint64 cheatCount, bytes32 hashes) external onlyFrom(Predeploys.BOOTLOADER) {
        if (!batchIsOpen) revert NoOpenBatch();
        blockHashes = hashes;
        BatchOutputs memory outputs;
        (outputs.batchNumber, outputs.firstBlock, outputs.firstTimestamp) = (batchNumber, firstBlock, firstTimestamp);
        (outputs.lastBlock, outputs.lastTimestamp) = (uint64(block.number), uint64(block.timestamp));
        outputs.cheatCount = cheatCount;
        delete batchNumber;
        delete firstBlock;
        delete firstTimestamp;
        delete batchIsOpen;
        (outputs.l2LogsTreeRoot, outputs.logCount, outputs.priorityOpCount, outputs.priorityOpsRollingHash) =
            IL1Messenger(Predeploys.L1_MESSENGER).closeBatch();
        (outputs.importedRootCount, outputs.importedRootsRollingHash) = IImportedRoots(Predeploys.IMPORTED_ROOTS).closeBatch();
        outputs.extensions = BatchCommitment.hashExtensions(_configurationHash(), 0, 0);
        outputsHash = BatchCommitment.hashOutputs(outputs);
        emit BatchClosed(outputs.batchNumber, outputsHash, outputs);
    }

    /// @inheritdoc ISystemContext
    function baseTokenOrigin() external view returns (uint256 originChainId, address originToken) {
        return (baseTokenOriginChainId, baseTokenOriginToken);
    }

    /// @dev Hash of the slots themselves: L1 compares it with its configuration, so that no initial state can
    /// name another bridge.
    function _configurationHash() private view returns (bytes32) {
        return BatchCommitment.hashConfiguration(
            ChainOrigin(l1ChainId, l1SharedBridge, baseTokenOriginChainId, baseTokenOriginToken, bornAt)
        );
    }
}
