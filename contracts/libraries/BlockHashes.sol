// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hashes of past blocks
library BlockHashes {
    /// @dev EIP-2935's contract with the hashes of the last 8,191 blocks.
    address private constant BLOCK_HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    /// @notice Hash of one of the last 256 blocks, or of the last 8,191 if the layer has EIP-2935's contract; else 0.
    /// @dev Data of a call that fails does not count (Hardhat's network reverts with a text), and an account without code returns no
    /// word.
    function find(uint256 number) internal view returns (bytes32 blockHash) {
        blockHash = blockhash(number);
        if (blockHash != 0) return blockHash;
        (bool success, bytes memory answer) = BLOCK_HISTORY.staticcall(abi.encode(number));
        return success && answer.length == 32 ? bytes32(answer) : bytes32(0);
    }
}
