// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Account whose code spends all gas of a payment to it
contract SpendsGas {
    receive() external payable {
        while (true) {}
    }

    /// @notice Makes a call as this account, with the coins of the caller.
    function forward(address target, bytes calldata data) external payable {
        (bool success, bytes memory result) = target.call{value: msg.value}(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }
}
