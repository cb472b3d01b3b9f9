// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Makes the same call again and again in one transaction, as someone does who wants it cheap.
contract Flooding {
    error CallFailed(uint256 index);

    function flood(address target, bytes calldata data, uint256 times) external payable {
        for (uint256 i = 0; i < times; ++i) {
            (bool success,) = target.call{value: msg.value / times}(data);
            if (!success) revert CallFailed(i);
        }
    }
}
