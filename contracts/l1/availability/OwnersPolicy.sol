// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IOwnersPolicy} from "../../interfaces/IOwnersPolicy.sol";

/// @notice See {IOwnersPolicy}.
contract OwnersPolicy is IOwnersPolicy {
    /// @inheritdoc IOwnersPolicy
    bool public constant isStoredByOwners = true;

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata, bytes calldata policyData) external pure returns (bytes32) {
        if (policyData.length != 0) revert MalformedPolicyData(0, policyData.length);
        return keccak256("");
    }
}
