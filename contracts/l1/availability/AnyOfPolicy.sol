// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {ComposedPolicy} from "./ComposedPolicy.sol";

/// @title One member, of the submitter's choice, must accept
/// @notice Policy data is `abi.encode(uint256 member, bytes memberData)`. Bound is keccak256 of the member's number and its bound
/// hash.
contract AnyOfPolicy is ComposedPolicy {
    constructor(IDataAvailabilityPolicy[] memory members_) ComposedPolicy(members_) {}

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        (uint256 member, bytes memory memberData) = abi.decode(policyData, (uint256, bytes));
        if (member >= parts.length) revert MemberUnknown(parts.length, member);
        return keccak256(abi.encode(member, parts[member].checkAvailability(claim, memberData)));
    }
}
