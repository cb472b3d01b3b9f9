// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract of a third party that makes calls in ways which readers of calldata do not expect.
contract CallShaper {
    /// @notice Calldata as it stands.
    uint8 public constant PLAIN = 0;
    /// @notice Calldata with each byte's bits flipped: no call can be recognised in the transaction's own data.
    uint8 public constant MASKED = 1;
    /// @notice Made in a frame that reverts afterwards.
    uint8 public constant UNDONE = 2;
    /// @notice May fail.
    uint8 public constant LENIENT = 3;

    struct Step {
        address target;
        bytes data;
        uint8 manner;
    }

    error Undone();
    error Failed(uint256 step, bytes reason);

    receive() external payable {}

    function run(Step[] calldata steps) external payable {
        for (uint256 i = 0; i < steps.length; ++i) {
            Step calldata step = steps[i];
            if (step.manner == UNDONE) {
                try this.undo(step.target, step.data) {} catch {}
                continue;
            }
            (bool success, bytes memory result) = step.target.call(step.manner == MASKED ? unmask(step.data) : step.data);
            if (!success && step.manner != LENIENT) revert Failed(i, result);
        }
    }

    function undo(address target, bytes calldata data) external {
        (bool success,) = target.call(data);
        success;
        revert Undone();
    }

    function pay(address target, bytes calldata data, uint256 value) external payable {
        (bool success, bytes memory result) = target.call{value: value}(data);
        if (!success) revert Failed(0, result);
    }

    function unmask(bytes calldata data) private pure returns (bytes memory plain) {
        plain = data;
        for (uint256 i = 0; i < plain.length; ++i) plain[i] = ~plain[i];
    }
}
