// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInteropHandler} from "../interfaces/l2/IInteropHandler.sol";

/// @title Calls to hostile code, made by callers that want them to fail
library GuardedCall {
    /// @notice Beside the call's own gas: its base cost, twice 2,600 for an account that delegates (EIP-7702), and what runs
    /// between the check and the call.
    uint256 private constant MARGIN = 6_000;

    /// @notice Calls with exactly `gasLimit` and copies no more return data than the limits say (less is cut off), so that
    /// neither the caller's choice of gas nor the callee's return data changes the outcome. Reverts with NotEnoughGas.
    function execute(
        address target,
        uint256 gasLimit,
        bytes memory data,
        uint256 maxReturnBytes,
        uint256 maxRevertBytes
    ) internal returns (bool success, bytes memory result) {
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
}
