// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Attributes of calls and bundles
/// @notice An attribute is a function call's encoding, selector and arguments; no contract implements these functions. The first
/// three names are ZK Stack's.
interface IInteropAttributes {
    /// @notice Of a call: value in the destination's base token. Default 0.
    function interopCallValue(uint256 value) external;

    /// @notice Of a call: made by the sender's interop account, with the data as calldata, to any contract.
    function shadowAccount() external;

    /// @notice Of a bundle: the only account that may execute it (ERC-7930 address). Default: anyone. Its failing run counts
    /// even if it is a contract, so name none that others can have deliver from inside the bundle's target.
    function executionAddress(bytes calldata account) external;

    /// @notice Of a bundle: paid to the account that executes it, in the destination's base token. Default 0.
    function relayerReward(uint256 amount) external;

    /// @notice Of a bundle: gas for all calls together. Default 1,000,000, with the callback's at most 5,000,000.
    function gasLimit(uint256 gas) external;

    /// @notice Of a bundle: account on the source chain for refunds. Default: the sender.
    function refundRecipient(address account) external;

    /// @notice Of a bundle: call `onInteropResult` of the sender with the outcome; the reward, in the source chain's base
    /// token, is attached and paid to the account that brings it. With the calls at most 5,000,000 gas. If none does in 30 days, the reward can be
    /// taken back to the refund recipient.
    function callback(uint256 gas, uint256 reward) external;

    /// @notice Of a bundle: the last second of the destination's clock in which its calls are made. After it any account can end the
    /// bundle, for its reward: value and tokens go back, and the outcome is `BundleExpired`. Default 0: never.
    function expiresAt(uint256 timestamp) external;

    /// @notice Of a bundle, up to 8 times: a token of the source chain for a recipient on the destination.
    function transferToken(address token, uint256 amount, address recipient) external;

    /// @notice Of a bundle: which token of the source chain is the destination's base token. Default: the base token. If it
    /// is another, the values of the calls cannot be paid, so the calls fail and are refunded.
    function destinationBaseToken(address token) external;
}
