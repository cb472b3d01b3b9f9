// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Attributes of calls and bundles
/// @notice An attribute is a function call's encoding, selector and arguments; no contract implements these functions. The first
/// three names are ZK Stack's.
interface IInteropAttributes {
    /// @notice Value of a call in the destination's base token. Default 0.
    function interopCallValue(uint256 value) external;

    /// @notice Marks a call that the sender's interop account makes, with the data as calldata, to any
    /// contract.
    function shadowAccount() external;

    /// @notice The only account that may execute a bundle (ERC-7930 address). Default: anyone. Its failing
    /// run counts even if it is a contract, so name none that others can have deliver from inside the
    /// bundle's target.
    function executionAddress(bytes calldata account) external;

    /// @notice Reward of the account that executes a bundle, in the destination's base token. Default 0.
    function relayerReward(uint256 amount) external;

    /// @notice Gas for all calls of a bundle together. Default 1,000,000, with the callback's at most
    /// 5,000,000.
    function gasLimit(uint256 gas) external;

    /// @notice Account on the source chain for refunds of a bundle. Default: the sender.
    function refundRecipient(address account) external;

    /// @notice Requests a call of the sender's `onInteropResult` with a bundle's outcome; the reward, in the
    /// source chain's base token, is attached and paid to the account that brings it. With the calls at most
    /// 5,000,000 gas. If none does in 30 days, the reward can be refunded to the refund recipient.
    function callback(uint256 gas, uint256 reward) external;

    /// @notice Last second of the destination's clock in which a bundle's calls are made. After it any
    /// account can end the bundle, for its reward: value and tokens are refunded, and the outcome is
    /// `BundleExpired`. Default 0: never.
    function expiresAt(uint256 timestamp) external;

    /// @notice Sends a token of the source chain to a recipient on the destination, up to 8 times in a
    /// bundle.
    function transferToken(address token, uint256 amount, address recipient) external;

    /// @notice Token of the source chain that is the destination's base token, for a bundle. Default: the
    /// base token. If it is another, the values of the calls cannot be paid, so the calls fail and are
    /// refunded.
    function destinationBaseToken(address token) external;
}
