// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";
import {IInputsPolicy} from "../../interfaces/IInputsPolicy.sol";
import {NotedInputs} from "../../libraries/NotedInputs.sol";

/// @title Inputs on L1: a rollup that is rebuilt by execution
contract InputsPolicy is IInputsPolicy {
    /// @inheritdoc IInputsPolicy
    uint256 public constant inputsFormat = 1;
    /// @inheritdoc IInputsPolicy
    uint256 public constant provenInputsFormat = 2;
    /// @inheritdoc IInputsPolicy
    uint256 public constant maxInputsBytes = 100_000;

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        pure
        returns (bytes32)
    {
        uint256 length = policyData.length;
        if (length == 0 || length > maxInputsBytes) revert InputsLengthInvalid(maxInputsBytes, length);
        uint256 expected = claim.transactionsHash == 0 ? inputsFormat : provenInputsFormat;
        uint256 format = uint8(policyData[0]);
        if (format != expected) revert InputsFormatUnknown(expected, format);
        if (format == provenInputsFormat) {
            bytes32 noted = NotedInputs.hash(policyData, 1);
            if (noted != claim.transactionsHash) revert InputsDiffer(claim.transactionsHash, noted);
        }
        return keccak256(policyData);
    }
}
