// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommitteePolicy} from "../../interfaces/ICommitteePolicy.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {Members} from "../../libraries/Members.sol";
import {Signatures} from "../../libraries/Signatures.sol";

/// @title Data held by a committee: a validium
contract CommitteePolicy is ICommitteePolicy {
    bytes32 private constant DOMAIN_NAME = keccak256("HyperchainAvailability");
    bytes32 private constant AVAILABILITY_TYPE =
        keccak256("DataAvailability(bytes32 preCommitment,bytes32 pubdataHash)");

    /// @inheritdoc ICommitteePolicy
    uint256 public immutable threshold;
    /// @inheritdoc ICommitteePolicy
    uint256 public immutable memberCount;
    /// @inheritdoc ICommitteePolicy
    mapping(address account => bool) public isMember;

    /// @param members Strictly ascending.
    constructor(address[] memory members, uint256 threshold_) {
        if (members.length == 0) revert CommitteeEmpty();
        if (threshold_ == 0 || threshold_ > members.length) revert ThresholdOutOfRange(members.length, threshold_);
        Members.add(isMember, members);
        threshold = threshold_;
        memberCount = members.length;
    }

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        bytes[] memory signatures = abi.decode(policyData, (bytes[]));
        if (signatures.length < threshold) revert TooFewSignatures(threshold, signatures.length);
        bytes32 digest = Signatures.typedDataHash(
            Signatures.domainSeparator(DOMAIN_NAME),
            keccak256(abi.encode(AVAILABILITY_TYPE, claim.preCommitment, claim.pubdataHash))
        );
        Members.requireSigned(isMember, digest, signatures);
        return keccak256("");
    }
}
