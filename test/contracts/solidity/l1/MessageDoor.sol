// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";

/// @notice Takes messages when it is open, and holds a lock around any other contract's call.
contract MessageDoor is IERC7786Recipient {
    event Received(bytes32 receiveId);

    error Closed();

    bool private isOpen;
    bool private transient locked;

    function open() external {
        isOpen = true;
    }

    function receiveMessage(bytes32 receiveId, bytes calldata, bytes calldata) external payable returns (bytes4) {
        if (!isOpen || locked) revert Closed();
        emit Received(receiveId);
        return IERC7786Recipient.receiveMessage.selector;
    }

    function callInside(address to, bytes calldata data) external {
        locked = true;
        (bool success,) = to.call(data);
        require(!success, "the call went through");
        locked = false;
    }
}

/// @notice Does less where it has too little gas, and takes the message all the same.
contract SwallowingRecipient is IERC7786Recipient {
    event Given(uint256 gas);
    event Done(bool whole);

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        emit Given(gasleft());
        (bool success,) = address(this).call(abi.encodeCall(this.work, ()));
        emit Done(success);
        return IERC7786Recipient.receiveMessage.selector;
    }

    function work() external view {
        uint256 before = gasleft();
        while (before - gasleft() < 200_000) {}
    }
}
