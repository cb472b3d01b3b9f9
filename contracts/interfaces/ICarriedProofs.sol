// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChainDirectory} from "./IChainDirectory.sol";
import {IKnownChains} from "./IKnownChains.sol";
import {AggregatedBatch} from "./IProofAggregator.sol";

/// @title Proofs of execution of chains on a proven chain
/// @notice The aggregator of a version on a chain whose execution L1 checks. No proof fits the units of a transaction there. So the
/// chain imports statements (ImportKinds), and L1 executes its batch only if the aggregator of the version on L1 has recorded all statements
/// (ITransactionRootRegistry.recordStatement). Any account may call: the imports decide.
/// @dev Trusts the registry on L1, through the imports of this chain. An account that could import a false statement here could take the balances
/// of a chain on this one, until L1 refuses the batch with the import.
interface ICarriedProofs is IKnownChains {
    /// @notice The chain did not take a batch, as IProofAggregator.BatchSkipped.
    event BatchSkipped(uint256 indexed chainId, uint256 indexed batchNumber);

    error BatchCountOutOfRange(uint256 most, uint256 actual);
    error VersionMismatch(uint256 expected, uint256 actual);
    error BatchNumberTooLarge(uint256 largest, uint256 actual);
    /// @notice This chain has not imported the statement about the batch.
    error StatementNotImported(uint256 chainId, uint256 batchNumber, uint256 index);
    /// @notice The import replaces the proof, so the call has no digest and no proof.
    error ProofUnexpected();

    /// @notice Reports each batch to its chain, if this chain has imported the statement about it. Batches of one chain must be in order.
    /// @dev With the selector of IProofAggregator.proveBatches, so that chains without a quorum settle here as on L1.
    /// @param digest 0.
    /// @param proof Empty.
    function proveBatches(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external;

    /// @notice The version of all batches that it reports.
    function protocolVersion() external view returns (uint256);

    /// @notice Finds the contracts of the chains on this one.
    function directory() external view returns (IChainDirectory);
}
