// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StoredBatch} from "../types/Batches.sol";
import {Quintic} from "../verifier/Quintic.sol";
import {BatchCommitment} from "./BatchCommitment.sol";
import {Digest} from "./Digest.sol";
import {Limbs} from "./Limbs.sol";

/// @title What an aggregate's proof says of its batches (docs/protocol.md)
/// @notice The circuit and L1 each have a list of batches, of 108 elements each. The circuit's is fixed by its digest A; the point is
/// drawn from A and from L1's bytes; equal evaluations there show that the lists are the same.
library BatchAggregate {
    bytes32 internal constant AGGREGATE_TAG = keccak256("hyperchain.aggregate.v2");
    /// @notice The bytes of a batch.
    uint256 internal constant LENGTH = 352;
    /// @dev Those of a second state tree, which no chain has: two roots, a digest, a point and an evaluation.
    uint256 private constant SECOND_TREE_BYTES = 136;
    /// @dev Of 108 elements, five at a time; two more elements are 0.
    uint256 private constant COEFFICIENTS = 22;
    /// @dev Elements of 0 behind those of the first state tree, of four bytes each.
    uint256 private constant TRAILING_BYTES = 4 * 36;

    /// @notice Version, chain, number of the next batch and hashes as they are; roots, D, r and y of both state trees.
    /// Reverts with DigestNotCanonical.
    /// @param chainId Below 2^64.
    /// @param batch Its version and the number behind its own are below 2^32.
    function encode(uint256 chainId, StoredBatch calldata batch) internal pure returns (bytes memory) {
        Digest.requireCanonical(batch.oldStateRoot);
        Digest.requireCanonical(batch.newStateRoot);
        Digest.requireCanonical(batch.diffDigest);
        Digest.requireCanonical(bytes32(batch.point));
        Digest.requireCanonical(bytes32(batch.evaluation));
        return abi.encodePacked(
            uint32(batch.protocolVersion),
            uint64(chainId),
            uint32(batch.batchNumber + 1),
            batch.commitment,
            batch.outputsHash,
            batch.oldStateRoot,
            batch.newStateRoot,
            batch.diffDigest,
            batch.point,
            batch.evaluation,
            new bytes(SECOND_TREE_BYTES)
        );
    }

    /// @notice Puts a batch's bytes in its place in the list. Assembly: to join bytes by bytes would copy the list for each batch.
    function write(bytes memory list, uint256 place, bytes memory batch) internal pure {
        assert(batch.length == LENGTH && (place + 1) * LENGTH <= list.length);
        assembly ("memory-safe") {
            mcopy(add(add(list, 32), mul(place, LENGTH)), add(batch, 32), LENGTH)
        }
    }

    /// @notice The point at which both lists are evaluated.
    /// @param bytesHash keccak256 of all batches' bytes.
    function derivePoint(uint256 version, uint256 batchCount, bytes32 digest, bytes32 bytesHash)
        internal
        pure
        returns (bytes20)
    {
        return BatchCommitment.drawPoint(keccak256(abi.encode(AGGREGATE_TAG, version, batchCount, digest, bytesHash)));
    }

    /// @notice Goes on with the evaluation by a batch: Horner's rule over its 22 coefficients, five elements each.
    /// @param evaluation Of the batches before, lanes below p (Quintic).
    /// @param base The point, in the form of a factor (Quintic.toMontgomery).
    /// @return Lanes below p.
    function evaluate(uint256 evaluation, uint256 base, uint256 chainId, StoredBatch calldata batch)
        internal
        pure
        returns (uint256)
    {
        bytes memory elements = _elements(chainId, batch);
        for (uint256 i = 0; i < COEFFICIENTS; ++i) {
            bytes20 coefficient;
            assembly ("memory-safe") {
                coefficient := and(mload(add(add(elements, 32), mul(20, i))), not(sub(shl(96, 1), 1)))
            }
            evaluation =
                Quintic.subtractModulus(Quintic.multiply(base, evaluation) + Quintic.fromBytes20(coefficient));
        }
        return evaluation;
    }

    function _elements(uint256 chainId, StoredBatch calldata batch) private pure returns (bytes memory) {
        uint256 numbers = Limbs.spread(
            uint256(uint32(batch.protocolVersion)) | (uint256(uint64(chainId)) << 32)
                | (uint256(uint32(batch.batchNumber + 1)) << 96)
        );
        (uint256 commitmentLow, uint256 commitmentHigh) = Limbs.ofWord(batch.commitment);
        (uint256 outputsLow, uint256 outputsHigh) = Limbs.ofWord(batch.outputsHash);
        return bytes.concat(
            abi.encode(numbers, commitmentLow, commitmentHigh, outputsLow, outputsHigh),
            batch.oldStateRoot,
            batch.newStateRoot,
            batch.diffDigest,
            batch.point,
            batch.evaluation,
            new bytes(TRAILING_BYTES)
        );
    }
}
