// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The message that describes a token to other chains
library TokenDescription {
    bytes32 internal constant TAG = keccak256("hyperchain.token-description.v1");

    function encode(uint256 chainId, address token, string memory name, string memory symbol, uint8 decimals)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encode(TAG, chainId, token, name, symbol, decimals);
    }
}
