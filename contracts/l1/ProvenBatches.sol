// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Stores which batches' execution is proven
abstract contract ProvenBatches is HyperchainStorage {
    /// @dev True if the batch is verified by a proof of its execution and was not reverted.
    function _isExecutionProven(uint256 number) internal view returns (bool) {
        return (provenBits[number >> 8] >> (number & 0xff)) & 1 == 1;
    }

    /// @dev Deletes the flags of all batches from the first up to `end`: other batches will have their numbers.
    function _forgetProofs(uint256 first, uint256 end) internal {
        if (first >= end) return;
        provenBits[first >> 8] &= (1 << (first & 0xff)) - 1;
        uint256 last = (end - 1) >> 8;
        for (uint256 word = (first >> 8) + 1; word <= last; ++word) delete provenBits[word];
    }
}
