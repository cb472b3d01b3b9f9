// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A reporter that calls again while it is being paid.
contract NestedReporter {
    address private target;
    bytes private next;

    function report(address target_, bytes calldata first, bytes calldata second) external {
        (target, next) = (target_, second);
        _call(first);
    }

    receive() external payable {
        if (next.length == 0) return;
        bytes memory data = next;
        delete next;
        _call(data);
    }

    function _call(bytes memory data) private {
        (bool success,) = target.call(data);
        require(success, "the report failed");
    }
}
