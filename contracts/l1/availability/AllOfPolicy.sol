// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {ComposedPolicy} from "./ComposedPolicy.sol";

/// @title Every member must accept
/// @notice Policy data is `abi.encode(bytes[])`, one entry per member. Bound is keccak256 of the members' bound hashes in order.
contract AllOfPolicy is ComposedPolicy {
    constructor(IDataAvailabilityPolicy[] memory members_) ComposedPolicy(members_) {}

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        view
        returns (bytes32)
    {
        bytes[] memory memberData = abi.decode(policyData, (bytes[]));
        uint256 count = parts.length;
        if (memberData.length != count) revert MalformedPolicyData(count, memberData.length);
        bytes32[] memory bound = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) bound[i] = parts[i].checkAvailability(claim, memberData[i]);
        return keccak256(abi.encodePacked(bound));
    }
}
