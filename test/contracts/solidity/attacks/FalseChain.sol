// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A stranger's contract in the place of a chain's: makes calls of its owner's choice when it is called, and when it runs.
contract FalseChain {
    struct Step {
        address to;
        bytes data;
    }

    event Tried(bool success, bytes answer);

    Step[] private whenRun;
    Step[] private whenCalled;

    function prepare(Step[] calldata run_, Step[] calldata called) external {
        delete whenRun;
        delete whenCalled;
        for (uint256 i = 0; i < run_.length; ++i) whenRun.push(run_[i]);
        for (uint256 i = 0; i < called.length; ++i) whenCalled.push(called[i]);
    }

    function run() external {
        for (uint256 i = 0; i < whenRun.length; ++i) _try(whenRun[i]);
    }

    /// @dev Each time it is called it makes the next of its calls, so that calls lie within calls.
    fallback() external {
        if (whenCalled.length == 0) return;
        Step memory step = whenCalled[whenCalled.length - 1];
        whenCalled.pop();
        _try(step);
    }

    function _try(Step memory step) private {
        (bool success, bytes memory answer) = step.to.call(step.data);
        emit Tried(success, answer);
    }
}
