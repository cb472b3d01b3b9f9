// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Announces the gas that it got, before it does anything else.
contract GasWitness {
    event Given(uint256 gas);

    fallback() external payable {
        uint256 given = gasleft();
        emit Given(given);
    }
}

/// @notice Does less where it has too little gas, and succeeds all the same.
contract Swallowing {
    event Done(bool whole);

    function run() external {
        (bool success,) = address(this).call(abi.encodeCall(this.work, ()));
        emit Done(success);
    }

    function work() external view {
        uint256 before = gasleft();
        while (before - gasleft() < 200_000) {}
    }
}

/// @notice Opens for calls by `open`, and holds a lock around any other contract's call.
contract Door {
    event Entered(address caller);

    error Closed();

    bool public isOpen;
    bool private transient locked;

    function open() external {
        isOpen = true;
    }

    function enter() external {
        if (!isOpen || locked) revert Closed();
        emit Entered(msg.sender);
    }

    function callInside(address to, bytes calldata data) external {
        locked = true;
        (bool success,) = to.call(data);
        require(!success, "the call went through");
        locked = false;
    }
}
