// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Where the predeploys live: ZK Stack's addresses where it has the contract, `src/ground/protocol/predeploys.ts` in TypeScript
library Predeploys {
    /// @notice Sender of system transactions. Has no code and no key: only the sequencer can send from it, and L1 and the
    /// quorum check what it sent.
    address internal constant BOOTLOADER = address(0x8001);
    address internal constant L1_MESSENGER = address(0x8008);
    address internal constant BASE_TOKEN = address(0x800a);
    address internal constant SYSTEM_CONTEXT = address(0x800b);
    address internal constant ASSET_ROUTER = address(0x10003);
    address internal constant NATIVE_TOKEN_VAULT = address(0x10004);
    address internal constant IMPORTED_ROOTS = address(0x10008);
    address internal constant MESSAGE_VERIFICATION = address(0x10009);
    address internal constant INTEROP_CENTER = address(0x1000d);
    address internal constant INTEROP_HANDLER = address(0x1000e);
    address internal constant CROSS_CHAIN_VIEWS = address(0x1000f);
    /// @notice Accounts of a trusted chain whose state is in a second tree.
    address internal constant PARTITIONS = address(0x10016);
    /// @notice Code behind every bridged token, which are minimal proxies.
    address internal constant BRIDGED_TOKEN_IMPLEMENTATION = address(0x20001);
    /// @notice Code behind every interop account, which are minimal proxies.
    address internal constant INTEROP_ACCOUNT_IMPLEMENTATION = address(0x20002);
    /// @notice Roots of the state trees of all chains whose protocol version hashes as this one's does.
    address internal constant STATE_TREE = address(0x20003);

    /// @notice Base token in the reserve at genesis; more than any token's supply, so that it never limits a
    /// deposit.
    uint256 internal constant BASE_TOKEN_RESERVE = 2 ** 127;
    /// @notice Part of the reserve for deposits: L1 takes at most this into a chain's balance, and a
    /// deposit's payout must not fail.
    uint256 internal constant DEPOSIT_RESERVE = 2 ** 126;
}
