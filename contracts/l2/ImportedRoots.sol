// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IImportedRoots}.
contract ImportedRoots is IImportedRoots, RestrictedCallers {
    /// @notice L1 looks every import up when it executes the batch.
    uint256 public constant MAX_IMPORTS = 256;

    /// @dev The first slot: a batch's imports are read from its changes (`unexecuted-batch.ts`).
    mapping(uint256 registryIndex => bytes32 root) private imported;
    uint64 private importCount;
    /// @notice Zero while there is no import.
    bytes32 private importsRollingHash;
    mapping(uint256 registryIndex => bytes32 root) private sentByL1;

    /// @inheritdoc IImportedRoots
    function importRoot(uint256 registryIndex, bytes32 root) external onlyFrom(Predeploys.BOOTLOADER) {
        if (root == 0) revert ZeroRoot(registryIndex);
        if (imported[registryIndex] != 0) revert RootAlreadyImported(registryIndex, imported[registryIndex]);
        if (importCount == MAX_IMPORTS) revert TooManyImports(MAX_IMPORTS);
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
        delete importsRollingHash;
    }

    /// @inheritdoc IImportedRoots
    function rootAt(uint256 registryIndex) external view returns (bytes32 root) {
        root = imported[registryIndex];
        if (root == 0) root = sentByL1[registryIndex];
    }
}
