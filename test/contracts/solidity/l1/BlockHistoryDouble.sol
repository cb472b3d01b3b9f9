// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers calls with the data that it holds, as EIP-2935's contract would, or fails with that data.
contract BlockHistoryDouble {
    bytes public answer;
    bool public fails;

    function setAnswer(bytes calldata answer_, bool fails_) external {
        answer = answer_;
        fails = fails_;
    }

    fallback() external {
        bytes memory data = answer;
        bool isFailure = fails;
        assembly ("memory-safe") {
            if isFailure { revert(add(data, 32), mload(data)) }
            return(add(data, 32), mload(data))
        }
    }
}
