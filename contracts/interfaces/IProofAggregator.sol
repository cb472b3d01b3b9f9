// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoredBatch} from "../types/Batches.sol";
import {IAggregateVerifier} from "./IAggregateVerifier.sol";
import {IChainDirectory} from "./IChainDirectory.sol";
import {IKnownChains} from "./IKnownChains.sol";

/// @notice A batch of an aggregate.
/// @param batch As its chain stored it.
struct AggregatedBatch {
    uint256 chainId;
    StoredBatch batch;
}

/// @title Proofs of execution of many batches at once
/// @notice One for each protocol version that proves execution; a version names it, and its chains obey no other. Anyone may call: the
/// proof decides. An aggregate of one batch, of many of one chain and of many chains is the same call.
/// @dev It holds no money and which statements it has seen proven, and no account can pause or change it. Chains trust it to say nothing
/// for which it has seen no proof.
interface IProofAggregator is IKnownChains {
    /// @notice The chain did not take a batch of an aggregate: it was reverted or proven meanwhile, or the chain has stopped. The other
    /// batches are proven all the same, so no chain can spoil others' proofs. For a chain on a chain: its version has stopped, so no statement
    /// was recorded.
    event BatchSkipped(uint256 indexed chainId, uint256 indexed batchNumber);

    /// @notice The contract has checked a proof of the statement, and takes the statement without a proof from now on.
    event ProofStored(bytes32 indexed statement);

    error BatchCountOutOfRange(uint256 most, uint256 actual);
    error VersionMismatch(uint256 expected, uint256 actual);
    error BatchNumberTooLarge(uint256 largest, uint256 actual);
    /// @notice The aggregate's digest, or a root, digest, point or evaluation of a batch has an element that is not below the field's
    /// modulus. A count of entries of withheld data is one.
    error DigestNotCanonical(bytes32 digest);
    error ProofRefused();
    /// @notice The call has no proof, and no proof of these batches with this digest was stored.
    error ProofNotStored(bytes32 statement);

    /// @notice Checks the proof of the batches, and tells each of them its chain. Batches of one chain must be in order. Reverts when the
    /// proof is not valid, or the version is retired. The batch of a chain above the chains of this layer is a statement, which
    /// the registry records (ITransactionRootRegistry.recordStatement).
    /// @param digest The circuit's digest of the list (A), fixed before the point at which the list is evaluated.
    /// @param proof Empty if `storeProof` has taken one of the same batches with the same digest.
    function proveBatches(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external;

    /// @notice Checks the proof of the batches and stores that they are proven, so that a later call needs no proof: `settle` with the
    /// proof of a large batch fits no transaction. Anyone may call, before any chain has the batches. Chains are not called. Reverts when
    /// the proof is not valid.
    /// @dev A stored statement is worth what its proof is, at any time: whose batch it is and whether the chain takes it, the chain decides.
    /// @param batches As in proveBatches. What a proof does not cover, such as the time of the commit, may be anything.
    function storeProof(AggregatedBatch[] calldata batches, bytes32 digest, bytes calldata proof) external;

    /// @notice Number of the block in which `storeProof` has first checked a proof of the statement; 0 if there is none.
    /// @param statement keccak256 of tag, version, number of batches, digest and the hash of the batches' bytes (docs/protocol.md).
    function storedAt(bytes32 statement) external view returns (uint256 blockNumber);

    /// @notice The version of all batches that it proves.
    function protocolVersion() external view returns (uint256);

    function verifier() external view returns (IAggregateVerifier);

    /// @notice Knows the chains' contracts.
    function directory() external view returns (IChainDirectory);
}
