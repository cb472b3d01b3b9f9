// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ExecutionProofs} from "../../../../contracts/l1/ExecutionProofs.sol";
import {Ecosystem, HyperchainStorage} from "../../../../contracts/l1/HyperchainStorage.sol";

/// @notice Opens what a chain's contract remembers of proven batches: hundreds of real ones would take too long.
contract ExecutionProofsHarness is ExecutionProofs {
    constructor(Ecosystem memory ecosystem) HyperchainStorage(ecosystem) {}

    /// @notice Batches are proven that have a bit; then all from `first` to below `end` are reverted.
    /// @return Which of them are proven afterwards.
    function revertSome(bool[] calldata proven, uint256 first, uint256 end) external returns (bool[] memory) {
        bool[] memory left = new bool[](proven.length);
        for (uint256 i = 0; i < proven.length; ++i) if (proven[i]) provenBits[i >> 8] |= 1 << (i & 0xff);
        _forgetProofs(first, end);
        for (uint256 i = 0; i < proven.length; ++i) left[i] = _isExecutionProven(i);
        return left;
    }
}
