// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice A call as its sender asks for it.
/// @param to Contract on the destination chain (ERC-7930; the chain may be left out).
/// @param data Payload of `receiveMessage`, or calldata if the call comes from the sender's interop account.
/// @param callAttributes See {IInteropAttributes}.
struct InteropCallStarter {
    bytes to;
    bytes data;
    bytes[] callAttributes;
}

/// @notice A call as it travels.
/// @param fromAccount Called by the sender's interop account with `data` as calldata, instead of `receiveMessage`.
/// @param value Base token of the destination.
struct InteropCall {
    bool fromAccount;
    address to;
    uint256 value;
    bytes data;
}

/// @notice An amount of a token that travels with the calls.
/// @param messageHash keccak256 of the asset message that carries it.
/// @param recipient The account that gets it on the destination before the calls begin.
struct InteropToken {
    bytes32 messageHash;
    address recipient;
}

/// @notice Calls that happen together or not at all. Its hash is keccak256 of the message that carries it.
/// @param nonce Makes equal bundles differ.
/// @param valueMessageHash keccak256 of the asset message that carries `value` and `relayerReward`; 0 if both
/// are 0.
/// @param value Sum of the calls' values.
/// @param relayerReward Paid on the destination to the account that executes the bundle, even if the calls
/// fail.
/// @param gasLimit Gas the calls get; with less gas left the bundle is not executed.
/// @param executionAddress Only this account may execute the bundle; 0 for anyone.
/// @param refundRecipient Account on the source chain that gets value and tokens back if the calls fail.
/// @param callbackGasLimit Gas for telling the sender the outcome; 0 if it did not ask.
/// @param callbackReward Paid on the source chain to the account that brings the outcome.
/// @param expiresAt Last second of the destination's clock in which the calls are made; 0 for any time.
struct InteropBundle {
    uint256 sourceChainId;
    uint256 destinationChainId;
    address sender;
    uint256 nonce;
    InteropCall[] calls;
    bytes32 valueMessageHash;
    uint256 value;
    uint256 relayerReward;
    InteropToken[] tokens;
    uint256 gasLimit;
    address executionAddress;
    address refundRecipient;
    uint256 callbackGasLimit;
    uint256 callbackReward;
    uint256 expiresAt;
}

/// @notice First byte of the interop center's messages.
library InteropMessage {
    /// @notice Followed by the ABI encoding of an InteropBundle.
    bytes1 internal constant BUNDLE = 0x01;
    /// @notice Followed by the ABI encoding of an asset message's hash, the account that withdrew, and its data.
    bytes1 internal constant WITHDRAWAL_DATA = 0x02;
}
