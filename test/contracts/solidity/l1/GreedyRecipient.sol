// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Calls back with prepared data whenever it receives ETH.
contract GreedyRecipient {
    address private target;
    bytes private data;
    bool public succeeded;

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    receive() external payable {
        (succeeded,) = target.call(data);
    }
}
