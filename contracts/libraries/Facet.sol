// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Code that a contract runs on its own storage
library Facet {
    /// @dev Runs the call's whole input on the storage of the contract that asks, and ends the call with what comes of it.
    function run(address facet) internal {
        // Memory is the call's own: nothing runs after this. Plain Solidity would decode up to 100 kB and encode them again.
        assembly {
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(success) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
