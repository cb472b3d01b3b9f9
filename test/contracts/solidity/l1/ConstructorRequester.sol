// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Calls from its constructor, when it has no code yet.
contract ConstructorRequester {
    constructor(address target, bytes memory data) payable {
        (bool success, bytes memory result) = target.call{value: msg.value}(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
