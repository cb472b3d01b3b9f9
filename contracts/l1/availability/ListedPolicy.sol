// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IListedPolicy} from "../../interfaces/IListedPolicy.sol";

/// @notice See {IListedPolicy}.
contract ListedPolicy is IListedPolicy {
    /// @inheritdoc IListedPolicy
    uint256 public constant maxListBytes = 100_000;

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata, bytes calldata policyData) external pure returns (bytes32) {
        uint256 length = policyData.length;
        if (length > maxListBytes) revert ListTooLong(maxListBytes, length);
        return keccak256(policyData);
    }
}
