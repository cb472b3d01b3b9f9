// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Messages by which senders on chains have contracts on L1 called (IChainAccounts)
/// @notice Packed, so that there is one way to read it: header (32) ‖ nonce (16) ‖ last second (8) ‖ gas (8) ‖ value (32) ‖ called
/// contract (20) ‖ calldata. Contracts on chains encode it, and send it by `sendToL1` of the messenger (0x8008).
library L1CallMessage {
    /// @notice Call that a message requests.
    /// @param nonce The sender's choice: it makes separate messages of equal calls.
    /// @param lastSecond Of L1's clock, at which the call is still made.
    /// @param gas The least that the call gets.
    /// @param value Wei, of what the sender's account on L1 has.
    struct L1Call {
        uint128 nonce;
        uint64 lastSecond;
        uint64 gas;
        uint256 value;
        address to;
        bytes data;
    }

    bytes4 internal constant TAG = bytes4(keccak256("hyperchain.l1-call.v1"));
    /// @notice Bytes before the calldata.
    uint256 internal constant DATA_AT = 116;

    /// @notice The message's body.
    /// @param l1ChainId The chain id of L1, or of the chain on which the sender's settles.
    /// @param chainAccounts IChainAccounts there; its address follows from its code and the factory's address.
    function encode(uint256 l1ChainId, address chainAccounts, L1Call memory call) internal pure returns (bytes memory) {
        return abi.encodePacked(
            header(l1ChainId, chainAccounts), call.nonce, call.lastSecond, call.gas, call.value, call.to, call.data
        );
    }

    /// @notice Whose words it is: tag (4) ‖ chain id (8) ‖ contract (20).
    function header(uint256 l1ChainId, address chainAccounts) internal pure returns (bytes32) {
        return bytes32(abi.encodePacked(TAG, uint64(l1ChainId), chainAccounts));
    }
}
