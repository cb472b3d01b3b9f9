// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";
import {IInteropCallback} from "../../../../contracts/interfaces/l2/IInteropHandler.sol";
import {IInteropCenter} from "../../../../contracts/interfaces/l2/IInteropCenter.sol";
import {InteropCallStarter} from "../../../../contracts/interfaces/l2/InteropBundle.sol";

/// @notice Lends to contracts, and does nothing else while it lends: as pools with flash loans do.
contract LendingPool is IERC7786Recipient, IInteropCallback {
    event Received(bytes32 receiveId);
    event Told(bytes32 bundleHash, bool success);

    error Locked();

    bool private transient locked;

    modifier lock() {
        if (locked) revert Locked();
        locked = true;
        _;
        locked = false;
    }

    receive() external payable {}

    function lend(bytes calldata data) external lock {
        Borrower(payable(msg.sender)).onLoan(data);
    }

    function send(IInteropCenter center, bytes calldata chain, InteropCallStarter[] calldata calls, bytes[] calldata attributes)
        external
        payable
    {
        center.sendBundle{value: msg.value}(chain, calls, attributes);
    }

    function receiveMessage(bytes32 receiveId, bytes calldata, bytes calldata) external payable lock returns (bytes4) {
        emit Received(receiveId);
        return IERC7786Recipient.receiveMessage.selector;
    }

    function onInteropResult(bytes32 bundleHash, bool success, bytes calldata) external lock {
        emit Told(bundleHash, success);
    }
}

/// @notice Reverts with the call's revert data if it fails.
function callOrRevert(address to, bytes memory data) {
    (bool success, bytes memory result) = to.call(data);
    if (success) return;
    assembly ("memory-safe") {
        revert(add(result, 0x20), mload(result))
    }
}

/// @notice Passes a delivery to the handler: directly, or from inside a loan.
contract Borrower {
    address internal immutable handler;

    constructor(address handler_) {
        handler = handler_;
    }

    receive() external payable {}

    function deliver(bytes calldata delivery) external {
        callOrRevert(handler, delivery);
    }

    function spoil(LendingPool pool, bytes calldata delivery) external {
        pool.lend(delivery);
    }

    function onLoan(bytes calldata delivery) external virtual {
        callOrRevert(handler, delivery);
    }
}

/// @notice Lets a contract that has no code yet deliver from inside a loan.
contract CreatingBorrower is Borrower {
    constructor(address handler_) Borrower(handler_) {}

    function onLoan(bytes calldata delivery) external override {
        new DeliveryInConstruction(handler, delivery);
    }
}

/// @notice Delivers while it is being created.
contract DeliveryInConstruction {
    constructor(address handler, bytes memory delivery) payable {
        callOrRevert(handler, delivery);
    }
}
