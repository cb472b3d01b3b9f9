// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Creates keystore accounts
/// @notice Addresses follow from home chain, keystore and id, not from keys: the same on every chain that has this factory.
interface IKeystoreAccountFactory {
    /// @notice The account, created where it is not there yet. Anyone: who creates it has no right to it.
    function createAccount(uint256 homeChainId, address keystore, bytes32 id) external returns (address account);

    function addressOf(uint256 homeChainId, address keystore, bytes32 id) external view returns (address account);
}
