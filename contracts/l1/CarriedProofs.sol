// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICarriedProofs} from "../interfaces/ICarriedProofs.sol";
import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {AggregatedBatch} from "../interfaces/IProofAggregator.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {BatchAggregate} from "../libraries/BatchAggregate.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";

/// @title Proofs of execution of chains on a proven chain
contract CarriedProofs is ICarriedProofs {
    uint256 private constant MAX_BATCHES = 64;
    uint256 private constant LARGEST_NUMBER = type(uint32).max - 1;

    /// @inheritdoc ICarriedProofs
    IChainDirectory public immutable directory;
    /// @inheritdoc ICarriedProofs
    uint256 public immutable protocolVersion;

    constructor(IChainDirectory directory_, uint256 protocolVersion_) {
        directory = directory_;
        protocolVersion = protocolVersion_;
    }

    /// @inheritdoc ICarriedProofs
    function proveBatches(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external {
        if (digest != 0 || proof.length != 0) revert ProofUnexpected();
        uint256 count = batches.length;
        if (count == 0 || count > MAX_BATCHES) revert BatchCountOutOfRange(MAX_BATCHES, count);
        for (uint256 i = 0; i < count; ++i) {
            _requireImported(batches[i]);
            _tellChain(batches[i]);
        }
    }

    /// @dev The version is in the statement, so the statement of another version has another index.
    function _requireImported(AggregatedBatch calldata item) private view {
        uint256 version = item.batch.protocolVersion;
        if (version != protocolVersion) revert VersionMismatch(protocolVersion, version);
        uint256 number = item.batch.batchNumber;
        if (number > LARGEST_NUMBER) revert BatchNumberTooLarge(LARGEST_NUMBER, number);
        bytes32 statement = ImportKinds.hashStatement(version, BatchAggregate.hashBatch(item.chainId, item.batch));
        uint256 index = ImportKinds.statementIndex(statement);
        if (IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(index) != statement) {
            revert StatementNotImported(item.chainId, number, index);
        }
    }

    /// @dev No call is caught: a chain refuses by its answer.
    function _tellChain(AggregatedBatch calldata item) private {
        address chain = directory.getHyperchain(item.chainId);
        if (chain == address(0)) revert UnknownChain(item.chainId);
        bool isAccepted = IExecutionProofs(chain).acceptProven(item.batch);
        if (!isAccepted) emit BatchSkipped(item.chainId, item.batch.batchNumber);
    }
}
