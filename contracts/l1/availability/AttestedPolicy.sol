// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Attestation, IAttestedPolicy} from "../../interfaces/IAttestedPolicy.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";

/// @title A batch that a program attests
contract AttestedPolicy is IAttestedPolicy {
    bytes32 private constant LEAF_TAG = keccak256("hyperchain.attestation-leaf.v1");
    bytes32 private constant QUOTE_TAG = keccak256("hyperchain.attestation-quote.v1");
    uint256 private constant ATTESTATION_BYTES = 256;

    bytes32 private immutable rootX;
    bytes32 private immutable rootY;
    /// @inheritdoc IAttestedPolicy
    bytes32 public immutable measurement;

    constructor(bytes32 rootX_, bytes32 rootY_, bytes32 measurement_) {
        if (!P256.isValidPublicKey(rootX_, rootY_)) revert RootInvalid(rootX_, rootY_);
        rootX = rootX_;
        rootY = rootY_;
        measurement = measurement_;
    }

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        if (policyData.length != ATTESTATION_BYTES) revert MalformedPolicyData(ATTESTATION_BYTES, policyData.length);
        Attestation memory shown = abi.decode(policyData, (Attestation));
        if (shown.measurement != measurement) revert MeasurementMismatch(measurement, shown.measurement);
        if (block.timestamp > shown.notAfter) revert LeafExpired(shown.notAfter, block.timestamp);
        bytes32 leaf = sha256(abi.encode(LEAF_TAG, shown.leafX, shown.leafY, shown.measurement, shown.notAfter));
        if (!P256.verifyNative(leaf, shown.rootR, shown.rootS, rootX, rootY)) {
            revert LeafNotOfRoot(shown.leafX, shown.leafY);
        }
        bytes32 quote =
            sha256(abi.encode(QUOTE_TAG, address(this), block.chainid, claim.preCommitment, claim.pubdataHash));
        if (!P256.verifyNative(quote, shown.quoteR, shown.quoteS, shown.leafX, shown.leafY)) {
            revert QuoteMismatch(quote);
        }
        return keccak256("");
    }

    /// @inheritdoc IAttestedPolicy
    function root() external view returns (bytes32 x, bytes32 y) {
        return (rootX, rootY);
    }
}
