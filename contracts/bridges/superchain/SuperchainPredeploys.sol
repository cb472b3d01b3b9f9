// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Where the Superchain's contracts are on each of its chains, and here; `src/ground/protocol/superchain.ts` in TypeScript
library SuperchainPredeploys {
    address internal constant CROSS_L2_INBOX = 0x4200000000000000000000000000000000000022;
    address internal constant MESSENGER = 0x4200000000000000000000000000000000000023;
    address internal constant ETH_BRIDGE = 0x4200000000000000000000000000000000000024;
    address internal constant TOKEN_BRIDGE = 0x4200000000000000000000000000000000000028;

    /// @dev For `receiveMessage` of the inbox and of the bridge of coins.
    uint256 internal constant RECORDING_GAS = 300_000;
}
