// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregateStatement, IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {IChainDirectory} from "../interfaces/IChainDirectory.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {IHubProofs} from "../interfaces/IHubProofs.sol";
import {AggregatedBatch, IProofAggregator} from "../interfaces/IProofAggregator.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {BatchAggregate} from "../libraries/BatchAggregate.sol";
import {ChainAncestry} from "../libraries/ChainAncestry.sol";
import {Digest} from "../libraries/Digest.sol";
import {Quintic} from "../verifier/Quintic.sol";

/// @title Proofs of execution of many batches at once
contract ProofAggregator is IProofAggregator, IHubProofs {
    uint256 private constant MAX_BATCHES = 64;
    uint256 private constant LARGEST_NUMBER = type(uint32).max - 1;

    /// @inheritdoc IProofAggregator
    IChainDirectory public immutable directory;
    /// @inheritdoc IProofAggregator
    IAggregateVerifier public immutable verifier;
    /// @inheritdoc IProofAggregator
    uint256 public immutable protocolVersion;
    /// @inheritdoc IProofAggregator
    mapping(bytes32 statement => uint256 blockNumber) public storedAt;

    constructor(IChainDirectory directory_, IAggregateVerifier verifier_, uint256 protocolVersion_) {
        directory = directory_;
        verifier = verifier_;
        protocolVersion = protocolVersion_;
    }

    /// @inheritdoc IProofAggregator
    function proveBatches(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external {
        bytes32 statement = _statementOf(batches, digest);
        if (proof.length != 0) _verify(statement, batches, digest, bytes32(0), bytes32(0), proof);
        else if (storedAt[statement] == 0) revert ProofNotStored(statement);
        for (uint256 i = 0; i < batches.length; ++i) _report(batches[i]);
    }

    /// @inheritdoc IProofAggregator
    function storeProof(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external {
        bytes32 statement = _statementOf(batches, digest);
        _verify(statement, batches, digest, bytes32(0), bytes32(0), proof);
        // A later proof changes nothing: readers have where the first one is.
        if (storedAt[statement] == 0) storedAt[statement] = block.number;
        emit ProofStored(statement);
    }

    /// @inheritdoc IHubProofs
    function proveHub(
        AggregatedBatch[] calldata batches,
        bytes32 digest,
        bytes32 hubBefore,
        bytes32 hubAfter,
        bytes calldata proof
    ) external returns (bool[] memory accepted) {
        // A proof without a hub has both states 0, and proves none.
        if (hubBefore == 0 || hubAfter == 0) revert HubStateMissing();
        _verify(_statementOf(batches, digest), batches, digest, hubBefore, hubAfter, proof);
        accepted = new bool[](batches.length);
        for (uint256 i = 0; i < batches.length; ++i) {
            accepted[i] = _tellChain(directory.getHyperchain(batches[i].chainId), batches[i]);
        }
    }

    /// @dev Hash that the point is drawn from: it binds version, count, digest and every byte of every batch
    /// that a proof is about.
    function _statementOf(AggregatedBatch[] calldata batches, bytes32 digest) private view returns (bytes32) {
        uint256 count = batches.length;
        if (count == 0 || count > MAX_BATCHES) revert BatchCountOutOfRange(MAX_BATCHES, count);
        Digest.requireCanonical(digest);
        return BatchAggregate.hashStatement(protocolVersion, count, digest, keccak256(_encode(batches)));
    }

    function _verify(
        bytes32 statement,
        AggregatedBatch[] calldata batches,
        bytes32 digest,
        bytes32 hubBefore,
        bytes32 hubAfter,
        bytes calldata proof
    ) private view {
        bytes20 point = BatchAggregate.drawPoint(statement);
        bool accepted = verifier.verify(
            AggregateStatement({
                batchCount: batches.length,
                digest: digest,
                point: point,
                evaluation: _evaluate(batches, point),
                hubBefore: hubBefore,
                hubAfter: hubAfter
            }),
            proof
        );
        if (!accepted) revert ProofRefused();
    }

    /// @dev Reports the batch to its chain, if this layer has the chain. Another chain that settles on a chain has its contract there, and
    /// the chain below it imports the statement.
    function _report(AggregatedBatch calldata item) private {
        address chain = directory.getHyperchain(item.chainId);
        if (chain != address(0) || !ChainAncestry.isOnChain(item.chainId)) {
            _tellChain(chain, item);
            return;
        }
        bytes32 batchHash = BatchAggregate.hashBatch(item.chainId, item.batch);
        address roots = IChainFactory(address(directory)).messageRoot();
        bool isRecorded = ITransactionRootRegistry(roots).recordStatement(protocolVersion, batchHash);
        if (!isRecorded) emit BatchSkipped(item.chainId, item.batch.batchNumber);
    }

    /// @dev No call is caught, because a chain refuses by its answer, and no chain can choose an error.
    function _tellChain(address chain, AggregatedBatch calldata item) private returns (bool isAccepted) {
        if (chain == address(0)) revert UnknownChain(item.chainId);
        isAccepted = IExecutionProofs(chain).acceptProven(item.batch);
        if (!isAccepted) emit BatchSkipped(item.chainId, item.batch.batchNumber);
    }

    function _encode(AggregatedBatch[] calldata batches) private view returns (bytes memory encoded) {
        encoded = new bytes(BatchAggregate.LENGTH * batches.length);
        for (uint256 i = 0; i < batches.length; ++i) {
            AggregatedBatch calldata item = batches[i];
            uint256 version = item.batch.protocolVersion;
            if (version != protocolVersion) revert VersionMismatch(protocolVersion, version);
            uint256 number = item.batch.batchNumber;
            if (number > LARGEST_NUMBER) revert BatchNumberTooLarge(LARGEST_NUMBER, number);
            BatchAggregate.write(encoded, i, item.chainId, item.batch);
        }
    }

    function _evaluate(AggregatedBatch[] calldata batches, bytes20 point) private pure returns (bytes20) {
        BatchAggregate.Factors memory factors = BatchAggregate.factorsOf(point);
        bytes memory room = BatchAggregate.roomForElements();
        uint256 evaluation;
        for (uint256 i = 0; i < batches.length; ++i) {
            evaluation = BatchAggregate.evaluate(room, evaluation, factors, batches[i].chainId, batches[i].batch);
        }
        return bytes20(uint160(Quintic.toWord20(evaluation)));
    }
}
