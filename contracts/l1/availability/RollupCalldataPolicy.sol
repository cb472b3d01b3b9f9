// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";

/// @title Pubdata in calldata: a rollup
contract RollupCalldataPolicy is IDataAvailabilityPolicy {
    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        pure
        returns (bytes32)
    {
        if (!claim.published) revert PubdataNotPublished();
        if (policyData.length != 0) revert MalformedPolicyData(0, policyData.length);
        return keccak256("");
    }
}
