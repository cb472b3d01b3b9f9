// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Brings a leg, and is called by it: once more from inside. Keeps what the account answered.
contract PlanRebringer {
    address private account;
    bytes private call;
    bytes public answer;
    uint256 public fees;

    receive() external payable {
        ++fees;
    }

    function bring(address account_, bytes calldata call_) external {
        (account, call) = (account_, call_);
        (bool success, bytes memory reason) = account_.call(call_);
        require(success, string(reason));
    }

    function again() external {
        (bool success, bytes memory reason) = account.call(call);
        require(!success, "brought twice");
        answer = reason;
    }
}
