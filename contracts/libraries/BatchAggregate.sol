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
    /// @notice The bytes of a batch: numbers, words, roots, D, r and y, and 136 zeros for a second state tree, which no chain has.
    uint256 internal constant LENGTH = 352;
    /// @dev Number of a batch's coefficients (22 of five elements each) without those that are 0 for want of a second state tree.
    uint256 private constant COEFFICIENTS = 15;
    uint256 private constant ZERO_COEFFICIENTS = 7;
    /// @dev The bytes of the elements in them.
    uint256 private constant ELEMENT_BYTES = 300;

    /// @notice Puts a batch's bytes in its place in a list of zeros: version, chain, number of the next batch and hashes as they
    /// are; roots, D, r and y. Reverts with DigestNotCanonical.
    /// @dev Assembly, for gas (docs/decisions/0025): each word is written over the zeros behind the one before it.
    /// @param chainId Below 2^64.
    /// @param batch Its version and the number behind its own are below 2^32.
    function write(bytes memory list, uint256 place, uint256 chainId, StoredBatch calldata batch) internal pure {
        assert((place + 1) * LENGTH <= list.length);
        (bytes32 commitment, bytes32 outputsHash) = (batch.commitment, batch.outputsHash);
        (bytes32 oldStateRoot, bytes32 newStateRoot) = (batch.oldStateRoot, batch.newStateRoot);
        (bytes32 diffDigest, bytes20 point, bytes20 evaluation) = (batch.diffDigest, batch.point, batch.evaluation);
        Digest.requireCanonical(oldStateRoot);
        Digest.requireCanonical(newStateRoot);
        Digest.requireCanonical(diffDigest);
        Digest.requireCanonical(bytes32(point));
        Digest.requireCanonical(bytes32(evaluation));
        uint256 numbers = (uint256(uint32(batch.protocolVersion)) << 96) | (uint256(uint64(chainId)) << 32)
            | uint32(batch.batchNumber + 1);
        assembly ("memory-safe") {
            let at := add(add(list, 32), mul(place, LENGTH))
            mstore(at, shl(128, numbers))
            mstore(add(at, 16), commitment)
            mstore(add(at, 48), outputsHash)
            mstore(add(at, 80), oldStateRoot)
            mstore(add(at, 112), newStateRoot)
            mstore(add(at, 144), diffDigest)
            mstore(add(at, 176), point)
            mstore(add(at, 196), evaluation)
        }
    }

    /// @notice keccak256 of the bytes of one batch. Reverts with DigestNotCanonical.
    /// @param chainId Below 2^64.
    /// @param batch Its version and the next batch's number are below 2^32.
    function hashBatch(uint256 chainId, StoredBatch calldata batch) internal pure returns (bytes32) {
        bytes memory encoded = new bytes(LENGTH);
        write(encoded, 0, chainId, batch);
        return keccak256(encoded);
    }

    /// @notice Hash of all that a proof is about.
    /// @param bytesHash keccak256 of all batches' bytes.
    function hashStatement(uint256 version, uint256 batchCount, bytes32 digest, bytes32 bytesHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(AGGREGATE_TAG, version, batchCount, digest, bytesHash));
    }

    /// @notice The point at which both lists are evaluated.
    /// @param statement Of hashStatement.
    function drawPoint(bytes32 statement) internal pure returns (bytes20) {
        return BatchCommitment.drawPoint(statement);
    }

    /// @notice Multipliers of `evaluate`, in the form of a factor (Quintic.toMontgomery): the point, and its power for the
    /// coefficients that are 0.
    struct Factors {
        uint256 point;
        uint256 zeros;
    }

    /// @param point Canonical.
    function factorsOf(bytes20 point) internal pure returns (Factors memory factors) {
        uint256 power = Quintic.fromBytes20(point);
        factors.point = Quintic.toMontgomery(power);
        for (uint256 i = 1; i < ZERO_COEFFICIENTS; ++i) power = Quintic.multiply(factors.point, power);
        factors.zeros = Quintic.toMontgomery(power);
    }

    /// @notice Room for a batch's elements, which `evaluate` fills again for each batch.
    function roomForElements() internal pure returns (bytes memory) {
        return new bytes(ELEMENT_BYTES);
    }

    /// @notice Continues the evaluation by a batch: Horner's rule over its 22 coefficients.
    /// @param room Of roomForElements.
    /// @param evaluation Of the batches before, lanes below p (Quintic).
    /// @return Lanes below p.
    function evaluate(
        bytes memory room,
        uint256 evaluation,
        Factors memory factors,
        uint256 chainId,
        StoredBatch calldata batch
    ) internal pure returns (uint256) {
        assert(room.length == ELEMENT_BYTES);
        _fill(room, chainId, batch);
        uint256 base = factors.point;
        for (uint256 i = 0; i < COEFFICIENTS; ++i) {
            bytes20 coefficient;
            assembly ("memory-safe") {
                coefficient := and(mload(add(add(room, 32), mul(20, i))), not(sub(shl(96, 1), 1)))
            }
            unchecked {
                // Lanes below 2p, which is less than 2^32: `multiply` takes them so.
                evaluation = Quintic.multiply(base, evaluation) + Quintic.fromBytes20(coefficient);
            }
        }
        return Quintic.multiply(factors.zeros, evaluation);
    }

    /// @dev Each word is written over the zeros behind the one before it; the last one's end is in the room's last word.
    function _fill(bytes memory room, uint256 chainId, StoredBatch calldata batch) private pure {
        uint256 numbers = Limbs.spread(
            uint256(uint32(batch.protocolVersion)) | (uint256(uint64(chainId)) << 32)
                | (uint256(uint32(batch.batchNumber + 1)) << 96)
        );
        (uint256 commitmentLow, uint256 commitmentHigh) = Limbs.ofWord(batch.commitment);
        (uint256 outputsLow, uint256 outputsHigh) = Limbs.ofWord(batch.outputsHash);
        (bytes32 oldStateRoot, bytes32 newStateRoot) = (batch.oldStateRoot, batch.newStateRoot);
        (bytes32 diffDigest, bytes20 point, bytes20 evaluation) = (batch.diffDigest, batch.point, batch.evaluation);
        assembly ("memory-safe") {
            mstore(add(room, 32), numbers)
            mstore(add(room, 64), commitmentLow)
            mstore(add(room, 96), commitmentHigh)
            mstore(add(room, 128), outputsLow)
            mstore(add(room, 160), outputsHigh)
            mstore(add(room, 192), oldStateRoot)
            mstore(add(room, 224), newStateRoot)
            mstore(add(room, 256), diffDigest)
            mstore(add(room, 288), point)
            mstore(add(room, 308), evaluation)
        }
    }
}
