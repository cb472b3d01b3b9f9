// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {BatchCommitment, BatchOutputs, ChainOrigin} from "../libraries/BatchCommitment.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {ISystemContext}.
contract SystemContext is ISystemContext, RestrictedCallers {
    // The order is part of the protocol: slot 0 is proven, slots 2 to 6 and 9 are written by a chain's first opening
    // (`src/ground/protocol/genesis.ts`), slots 7 and 8 are read at a batch's opening (`src/ground/protocol/block-hashes.ts`), programs read slot 11,
    // an opening that installs predeploys writes slot 12, and the kernel notes a batch's inputs in slot 13.
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
    /// @dev Separate slot: the mode, at most 3, in its lowest byte, flags of the chain above it.
    uint256 private modeAndFlags;
    address private coinbase;
    /// @inheritdoc ISystemContext
    bytes32 public lastFact;
    /// @dev Digest of the predeploys that the open batch's opening has installed; else 0.
    bytes32 private installedPredeploys;
    /// @dev Hash of the open batch's inputs, which the bootloader writes on chains that publish them; else 0.
    bytes32 private transactionsHash;

    /// @dev Flag of a chain whose batches are facts for others. Chains without it write no slot for them.
    uint256 private constant SERVES_FACTS = 1 << 8;
    /// @dev Flag of a chain that publishes its inputs. Chains without it read no slot for them.
    uint256 private constant PUBLISHES_INPUTS = 1 << 9;

    /// @inheritdoc ISystemContext
    function openBatch(uint64 number, uint64 since, address feeRecipient) external onlyFrom(Predeploys.BOOTLOADER) {
        if (batchIsOpen) revert BatchAlreadyOpen(batchNumber);
        if (since != hashesSince) {
            if (since != block.number) revert HashesSinceRefused(hashesSince, block.number, since);
            (hashesSince, blockHashes) = (since, 0);
        }
        (batchNumber, firstBlock, firstTimestamp, batchIsOpen) = (number, uint64(block.number), uint64(block.timestamp), true);
        coinbase = feeRecipient;
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
        address feeRecipient = coinbase;
        delete batchNumber;
        delete firstBlock;
        delete firstTimestamp;
        delete batchIsOpen;
        delete coinbase;
        (outputs.l2LogsTreeRoot, outputs.logCount, outputs.priorityOpCount, outputs.priorityOpsRollingHash) =
            IL1Messenger(Predeploys.L1_MESSENGER).closeBatch();
        if (modeAndFlags & SERVES_FACTS != 0) _noteFacts(outputs);
        (outputs.importedRootCount, outputs.importedRootsRollingHash) = IImportedRoots(Predeploys.IMPORTED_ROOTS).closeBatch();
        outputs.extensions =
            BatchCommitment.hashExtensions(_configurationHash(), installedPredeploys, _takeTransactionsHash());
        if (installedPredeploys != 0) delete installedPredeploys;
        outputsHash = BatchCommitment.hashOutputs(outputs, feeRecipient);
        emit BatchClosed(outputs.batchNumber, outputsHash, outputs);
    }

    /// @inheritdoc ISystemContext
    function baseTokenOrigin() external view returns (uint256 originChainId, address originToken) {
        return (baseTokenOriginChainId, baseTokenOriginToken);
    }

    /// @inheritdoc ISystemContext
    function sequencingMode() public view returns (uint256) {
        return modeAndFlags & type(uint8).max;
    }

    /// @dev A batch without logs is a fact that no message is proven against, so the last one with logs stays.
    function _noteFacts(BatchOutputs memory outputs) private {
        IImportedRoots(Predeploys.IMPORTED_ROOTS).noteFacts();
        if (outputs.logCount == 0 && lastFact != 0) return;
        lastFact = ImportKinds.hashFact(ImportKinds.factIndex(block.chainid, outputs.batchNumber), outputs.l2LogsTreeRoot);
    }

    function _takeTransactionsHash() private returns (bytes32 taken) {
        if (modeAndFlags & PUBLISHES_INPUTS == 0) return 0;
        taken = transactionsHash;
        delete transactionsHash;
    }

    /// @dev Hash of the slots themselves: L1 compares it with its configuration, so that no opening can name
    /// another bridge.
    function _configurationHash() private view returns (bytes32) {
        return BatchCommitment.hashConfiguration(
            ChainOrigin(l1ChainId, l1SharedBridge, baseTokenOriginChainId, baseTokenOriginToken, bornAt), modeAndFlags
        );
    }
}
