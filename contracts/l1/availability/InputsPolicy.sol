// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IInputsPolicy} from "../../interfaces/IInputsPolicy.sol";

/// @title Inputs on L1: a rollup that is rebuilt by execution
contract InputsPolicy is IInputsPolicy {
    /// @inheritdoc IInputsPolicy
    uint256 public constant inputsFormat = 1;
    /// @inheritdoc IInputsPolicy
    uint256 public constant maxInputsBytes = 100_000;

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata, bytes calldata policyData) external pure returns (bytes32) {
        uint256 length = policyData.length;
        if (length == 0 || length > maxInputsBytes) revert InputsLengthInvalid(maxInputsBytes, length);
        uint256 format = uint8(policyData[0]);
        if (format != inputsFormat) revert InputsFormatUnknown(inputsFormat, format);
        return keccak256(policyData);
    }
}
