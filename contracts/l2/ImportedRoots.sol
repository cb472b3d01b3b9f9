// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {RollingHash} from "../libraries/RollingHash.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IImportedRoots}.
contract ImportedRoots is IImportedRoots, RestrictedCallers {
    /// @notice L1 looks every import up when it executes the batch.
    uint256 public constant MAX_IMPORTS = 256;

    mapping(uint256 registryIndex => bytes32 root) public rootAt;
    uint64 private importCount;
    /// @notice Zero while there is no import.
    bytes32 private importsRollingHash;

    /// @inheritdoc IImportedRoots
    function importRoot(uint256 registryIndex, bytes32 root) external onlyFrom(Predeploys.BOOTLOADER) {
        if (root == 0) revert ZeroRoot(registryIndex);
        if (rootAt[registryIndex] != 0) revert RootAlreadyImported(registryIndex, rootAt[registryIndex]);
        if (importCount == MAX_IMPORTS) revert TooManyImports(MAX_IMPORTS);
        rootAt[registryIndex] = root;
        importsRollingHash = RollingHash.addImportedRoot(
            importCount == 0 ? RollingHash.EMPTY_IMPORTED_ROOTS : importsRollingHash, registryIndex, root
        );
        ++importCount;
        emit RootImported(registryIndex, root);
    }

    /// @inheritdoc IImportedRoots
    function closeBatch() external onlyFrom(Predeploys.SYSTEM_CONTEXT) returns (uint64 count, bytes32 rollingHash) {
        count = importCount;
        rollingHash = count == 0 ? RollingHash.EMPTY_IMPORTED_ROOTS : importsRollingHash;
        delete importCount;
        delete importsRollingHash;
    }
}
