// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Calls a contract and returns its verdict
/// @notice Call data is an address in a word and the call's data. Returns 1 and the answer, or 0 and the revert's data: a call
/// that reverts as a whole takes the test network seconds, because it traces every step.
contract CallProbe {
    fallback() external {
        assembly {
            let size := sub(calldatasize(), 32)
            calldatacopy(0, 32, size)
            let accepted := staticcall(gas(), calldataload(0), 0, size, 0, 0)
            mstore(0, accepted)
            returndatacopy(32, 0, returndatasize())
            return(0, add(32, returndatasize()))
        }
    }
}
