// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInteropHandler} from "../interfaces/l2/IInteropHandler.sol";

/// @title Calls to hostile code, made by callers that want them to fail
library GuardedCall {
    /// @notice Precompiled contract of a chain whose execution is proven: it answers the units of proving that its caller has
    /// left. Other chains have no code there.
    address private constant UNITS_LEFT = address(0x101);
    /// @notice Units of proving that a gas pays for.
    uint256 private constant UNITS_PER_GAS = 6;
    /// @notice Units that suffice for any call: half of a transaction's limit. The other half is for work before the call:
    /// 316,000 for a bundle with value.
    uint256 private constant ENOUGH_UNITS = 650_000;

    /// @notice Gas in addition to the call's: its base cost, twice 2,600 for an account that delegates
    /// (EIP-7702), and the code between the check and the call.
    uint256 private constant MARGIN = 6_000;

    /// @notice Calls with exactly `gasLimit` and copies at most the return data of the limits (the remainder
    /// is cut off), so that neither the caller's choice of gas, nor units that it has spent before, nor the
    /// callee's return data changes the outcome. Reverts with NotEnoughUnits and NotEnoughGas.
    function execute(
        address target,
        uint256 gasLimit,
        bytes memory data,
        uint256 maxReturnBytes,
        uint256 maxRevertBytes
    ) internal returns (bool success, bytes memory result) {
        _requireUnits(gasLimit);
        // A call passes on at most 63/64 of the gas that is left; with less than the limit it could fail for that alone.
        uint256 required = gasLimit + gasLimit / 63 + MARGIN;
        if (gasleft() < required) revert IInteropHandler.NotEnoughGas(required, gasleft());
        // Solidity's own call would copy all the callee returns, whatever that costs.
        assembly ("memory-safe") {
            success := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            let limit := maxRevertBytes
            if success { limit := maxReturnBytes }
            if gt(size, limit) { size := limit }
            result := mload(0x40)
            mstore(0x40, add(result, and(add(size, 0x3f), not(0x1f))))
            mstore(result, size)
            returndatacopy(add(result, 0x20), 0, size)
        }
    }
    /// @dev A call is lent at most 63/64 of the units that are left.
    function _requireUnits(uint256 gasLimit) private view {
        uint256 required = (UNITS_PER_GAS * gasLimit * 64) / 63;
        if (required > ENOUGH_UNITS) required = ENOUGH_UNITS;
        (bool isAnswered, bytes memory answer) = UNITS_LEFT.staticcall("");
        if (!isAnswered || answer.length == 0) return;
        uint256 left = abi.decode(answer, (uint256));
        if (left < required) revert IInteropHandler.NotEnoughUnits(required, left);
    }
}
