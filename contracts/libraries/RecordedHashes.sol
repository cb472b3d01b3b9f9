// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @title Hashes by which L1 remembers what callers show it later
library RecordedHashes {
    bytes32 internal constant ANNOUNCEMENT_TAG = keccak256("hyperchain.chain-announcement.v1");
    bytes32 internal constant DEPOSIT_TAG = keccak256("hyperchain.token-deposit.v1");

    /// @notice Hash that a chain's creator announces, before anyone sees the configuration.
    function announcement(uint256 chainId, address creator, bytes32 secret, ChainConfiguration calldata configuration)
        internal
        pure
        returns (bytes32)
    {
        bytes32 content = keccak256(abi.encode(configuration));
        return keccak256(abi.encode(ANNOUNCEMENT_TAG, chainId, creator, secret, content));
    }

    /// @notice The deposit that an operation carries.
    function deposit(address depositor, address token, uint256 amount) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEPOSIT_TAG, depositor, token, amount));
    }
}
