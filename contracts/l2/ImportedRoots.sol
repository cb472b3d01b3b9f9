// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IImportedRoots}.
contract ImportedRoots is IImportedRoots, RestrictedCallers {
    /// @notice L1 looks every import up when it executes the batch.
    uint256 public constant MAX_IMPORTS = 256;
    /// @notice Every validator verifies the proofs of facts and statements.
    uint256 public constant MAX_CLAIMS = 16;

    /// @dev The first slot: a batch's imports are read from its changes (`unexecuted-batch.ts`).
    mapping(uint256 registryIndex => bytes32 root) private imported;
    uint64 private importCount;
    /// @notice Facts and statements among them.
    uint64 private claimCount;
    uint64 private factCount;
    /// @notice Zero while there is no import.
    bytes32 private importsRollingHash;
    mapping(uint256 registryIndex => bytes32 root) private sentByL1;
    // Constant slots, which programs read: they cannot compute a mapping's.
    /// @notice Slots 4 to 19: hashes of the facts of the batch that imported some last, in order.
    bytes32[16] private recent;
    /// @notice Slot 20, on chains that serve facts: 2^16, and a bit for each of `recent` that the last closed batch imported.
    uint256 public factMask;

    /// @inheritdoc IImportedRoots
    function importRoot(uint256 registryIndex, bytes32 root) external onlyFrom(Predeploys.BOOTLOADER) {
        if (root == 0) revert ZeroRoot(registryIndex);
        if (imported[registryIndex] != 0) revert RootAlreadyImported(registryIndex, imported[registryIndex]);
        if (importCount == MAX_IMPORTS) revert TooManyImports(MAX_IMPORTS);
        if (ImportKinds.kindOf(registryIndex) != ImportKinds.ROOT) _countClaim(registryIndex, root);
        imported[registryIndex] = root;
        importsRollingHash = RollingHash.addImportedRoot(
            importCount == 0 ? RollingHash.EMPTY_IMPORTED_ROOTS : importsRollingHash, registryIndex, root
        );
        ++importCount;
        emit RootImported(registryIndex, root);
    }

    /// @inheritdoc IImportedRoots
    function importRootFromL1(uint256 registryIndex, bytes32 root)
        external
        onlyFrom(AddressAlias.aliased(ISystemContext(Predeploys.SYSTEM_CONTEXT).l1SharedBridge(), block.chainid))
    {
        // L1 sends executed roots. No batch of this chain would depend on a fact or a link that came through the queue.
        if (ImportKinds.kindOf(registryIndex) >= ImportKinds.FACT) revert NotSentByL1(registryIndex);
        sentByL1[registryIndex] = root;
        emit RootImported(registryIndex, root);
    }

    /// @inheritdoc IImportedRoots
    function closeBatch() external onlyFrom(Predeploys.SYSTEM_CONTEXT) returns (uint64 count, bytes32 rollingHash) {
        count = importCount;
        // Stores that change nothing cost a proof of execution all the same.
        if (count == 0) return (0, RollingHash.EMPTY_IMPORTED_ROOTS);
        rollingHash = importsRollingHash;
        delete importCount;
        delete claimCount;
        delete factCount;
        delete importsRollingHash;
    }

    /// @inheritdoc IImportedRoots
    function noteFacts() external onlyFrom(Predeploys.SYSTEM_CONTEXT) {
        uint256 mask = (1 << MAX_CLAIMS) | ((1 << factCount) - 1);
        if (mask != factMask) factMask = mask;
    }

    /// @inheritdoc IImportedRoots
    function rootAt(uint256 registryIndex) external view returns (bytes32 root) {
        root = imported[registryIndex];
        if (root == 0) root = sentByL1[registryIndex];
    }

    /// @inheritdoc IImportedRoots
    function recentFact(uint256 number) external view returns (bytes32) {
        return recent[number];
    }

    function _countClaim(uint256 index, bytes32 root) private {
        if (claimCount == MAX_CLAIMS) revert TooManyFacts(MAX_CLAIMS);
        ++claimCount;
        if (ImportKinds.kindOf(index) != ImportKinds.FACT) return;
        // A second name would let a batch import the same fact twice.
        if (!ImportKinds.isFactIndex(index)) revert MalformedFactIndex(index);
        recent[factCount++] = ImportKinds.hashFact(index, root);
    }
}
