// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @notice Signature of an attestor for a batch, and of its root for the attestor's key. P-256, `s` in the
/// lower half.
/// @param leafX The attestor's public key, with `leafY`.
/// @param measurement Hash of the program to which the root ties that key.
/// @param notAfter The last second, of this chain's clock, at which the root attests the key.
/// @param rootR The root's signature over sha256(abi.encode(LEAF_TAG, leafX, leafY, measurement, notAfter)),
/// with `rootS`.
/// @param quoteR The key's signature over sha256(abi.encode(QUOTE_TAG, policy, chain id, preCommitment,
/// pubdataHash)), with `quoteS`.
struct Attestation {
    bytes32 leafX;
    bytes32 leafY;
    bytes32 measurement;
    uint256 notAfter;
    bytes32 rootR;
    bytes32 rootS;
    bytes32 quoteR;
    bytes32 quoteS;
}

/// @title A batch that a program attests
/// @notice Member of an all-of policy, together with members that have the data, because it does not show
/// where they are. Policy data is `abi.encode(Attestation)`. The quote names this policy and this chain, and
/// by the preCommitment the batch, its states, its outputs and its chain. Signatures are checked by the
/// precompile 0x100; without one every batch is refused.
/// @dev Root and measurement are fixed. A root that lies, or whose key is stolen, can attest any key: the
/// policy then adds nothing to its other members, and takes nothing from them. A root that stops signing
/// stops the chain until its terms change. Binds nothing, so a chain without a quorum cannot have it: such a
/// policy must bind the settler's choice.
interface IAttestedPolicy is IDataAvailabilityPolicy {
    /// @notice The root is not a point of the curve.
    error RootInvalid(bytes32 x, bytes32 y);
    error MeasurementMismatch(bytes32 expected, bytes32 actual);
    error LeafExpired(uint256 notAfter, uint256 actual);
    /// @notice The root has not signed this key, with this measurement and this time.
    error LeafNotOfRoot(bytes32 leafX, bytes32 leafY);
    /// @notice The key has not signed this: the hash of this policy, this chain and this batch.
    error QuoteMismatch(bytes32 expected);

    /// @notice The public key whose word ties attestors' keys to a program.
    function root() external view returns (bytes32 x, bytes32 y);

    function measurement() external view returns (bytes32);
}
