// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC7786GatewaySource} from "./IERC7786.sol";
import {InteropCallStarter} from "./InteropBundle.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @title Calls to other chains, sending side
/// @notice The gateway (ERC-7786) of its chain: messages are sent to it, and it is the caller when they
/// arrive. A bundle is a message to L1; values, rewards and tokens are separate asset messages. When L1 has
/// executed the batch, anyone can bring both to the destination's interop handler.
interface IInteropCenter is IERC7786GatewaySource, IRestrictedCallers {
    event InteropBundleSent(bytes32 indexed bundleHash, uint256 indexed destinationChainId, address indexed sender);
    event CallbackSettled(bytes32 indexed bundleHash, address indexed relayer, uint256 reward);
    event CallbackRewardReclaimed(bytes32 indexed bundleHash, address indexed recipient, uint256 reward);

    error InvalidDestination(uint256 chainId);
    error InvalidRecipient(bytes recipient);
    error WrongValue(uint256 expected, uint256 actual);
    /// @notice The bundle's gas, or the callback's, is above the limit: name at most the limit.
    error GasLimitTooHigh(uint256 limit, uint256 actual);
    error TooManyCalls(uint256 limit, uint256 actual);
    error TooManyTokens(uint256 limit, uint256 actual);
    /// @notice The bundle has expired by this chain's clock, which is near the destination's, so it could
    /// only be refunded. Name a later second.
    error AlreadyExpired(uint256 expiresAt, uint256 actual);
    /// @notice The bundle was not sent from here, requested no callback, or its outcome was delivered or can
    /// no longer be.
    error NoCallbackPending(bytes32 bundleHash);
    error RewardRefused(address recipient, uint256 reward);
    /// @notice The bundle requested no callback, attached no reward, or its reward was paid or refunded.
    error NoRewardPending(bytes32 bundleHash);
    /// @notice The outcome may still be brought for the reward.
    error RewardNotReclaimable(bytes32 bundleHash, uint256 reclaimableFrom, uint256 actual);

    /// @notice Sends calls that happen together or not at all.
    /// @param destinationChain ERC-7930 address without an account.
    /// @param bundleAttributes See {IInteropAttributes}. The attached value must be exactly what the attributes add up to in
    /// base token; other tokens are taken from the caller.
    /// @return bundleHash keccak256 of the message.
    function sendBundle(
        bytes calldata destinationChain,
        InteropCallStarter[] calldata callStarters,
        bytes[] calldata bundleAttributes
    ) external payable returns (bytes32 bundleHash);

    /// @notice Leaves the data that belongs to a withdrawal of base token. Only the base token.
    function sendWithdrawalData(bytes32 withdrawalMessageHash, address l2Sender, bytes calldata data) external;

    /// @notice Calls a recipient's `receiveMessage` with the attached value, and answers as it does. Only the interop handler,
    /// for messages that it has proven: recipients take this contract's word for the sender, and so have one gateway to name.
    function deliver(address recipient, bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4);

    /// @notice Pays the relayer that brought a bundle's outcome, once, and ends the wait for it if the sender
    /// has received it. If the sender failed, the outcome can be delivered again for 30 days, without a
    /// reward. Only the interop handler.
    function settleCallback(bytes32 bundleHash, address relayer, uint256 reward, bool told) external;

    /// @notice Gives a reward back that was not earned for 30 days: the destination may be dead, or its outcome lost. The
    /// outcome can still be told afterwards, without a reward. Only the interop handler.
    function reclaimReward(bytes32 bundleHash, address recipient, uint256 reward) external;

    /// @notice Whether the sender of a bundle still waits for its outcome and can be told.
    function isCallbackPending(bytes32 bundleHash) external view returns (bool);
}
