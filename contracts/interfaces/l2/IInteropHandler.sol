// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AssetTransfer} from "../../types/AssetTransfer.sol";
import {InteropBundle} from "./InteropBundle.sol";
import {MessageInclusionProof} from "./IMessageVerification.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";
import {IReentrancyGuard} from "../IReentrancyGuard.sol";
import {IReceivedMessages} from "./IReceivedMessages.sol";

/// @title A contract that wants to know how its cross-chain calls ended
interface IInteropCallback {
    /// @notice Called by the interop handler, which the contract must check, until it returns; so it takes effect once. If it
    /// reverts, anyone can have it called again for 30 days.
    /// @param bundleHash What `sendBundle` returned.
    /// @param success Whether all calls succeeded.
    /// @param result `abi.encode(bytes[])` with each call's return data, or the first 1,024 bytes of the revert data.
    function onInteropResult(bytes32 bundleHash, bool success, bytes calldata result) external;
}

/// @title Calls from other chains, receiving side
/// @notice Anyone brings a bundle with the proofs that it was sent and that its assets left; it is executed
/// once. If its calls fail, together they leave no trace, and value and tokens are refunded on the source
/// chain; so they do, without any call, once it has expired.
/// @dev A bundle is the word of its source chain's quorum; what it may spend is what L1 took from that chain.
/// The relayer chooses only the moment between two transactions: with less gas than the bundle asks for,
/// nothing happens, and a run that fails counts only if an account without code makes it, at the top level of
/// its transaction. Contracts can deliver what succeeds; else one could call a bundle's target first and
/// deliver from inside it, where the calls must fail. Whether a bundle has expired is for this chain's clock
/// to say, which its operator sets as far as the chain's rules allow: an operator who withholds a delivery
/// until then costs the sender the calls, and no money.
interface IInteropHandler is IRestrictedCallers, IReentrancyGuard, IReceivedMessages {
    /// @notice Unreceived, then Executed or Failed, which is final.
    enum BundleStatus {
        Unreceived,
        Executed,
        Failed
    }

    event BundleExecuted(
        bytes32 indexed bundleHash, uint256 indexed sourceChainId, address indexed relayer, bool success, bytes result
    );
    event BundleRefunded(bytes32 indexed bundleHash, bytes32 indexed assetMessageHash, bytes32 refundMessageHash);
    event ResultSent(bytes32 indexed bundleHash, bytes32 messageHash);
    event CallbackExecuted(
        bytes32 indexed bundleHash, address indexed recipient, bool bundleSuccess, bool callbackSuccess
    );
    event InteropAccountDeployed(address indexed account, uint256 indexed chainId, address indexed owner);

    error NotABundle();
    error ExecutorNotAllowed(address expected, address actual);
    error AlreadyReceived(bytes32 bundleHash, BundleStatus status);
    error WrongAssetCount(uint256 expected, uint256 actual);
    error WrongAsset(bytes32 expected, bytes32 actual);
    error WrongValue(uint256 expected, uint256 actual);
    error NotEnoughGas(uint256 required, uint256 actual);
    /// @notice On a chain whose execution is proven: the transaction has fewer units left than the call needs.
    error NotEnoughUnits(uint256 required, uint256 actual);
    error WrongResult(bytes32 expected, bytes32 actual);
    /// @notice The calls, or the callback, fail with this reason where a contract delivers them. Nothing changed: to have it
    /// count, an account without code has to call the handler itself.
    error FailingRunOfContract(bytes32 bundleHash, address deliverer, bytes reason);
    /// @notice Reasons for which calls fail; they end up in the result.
    error ValueNotInBaseToken(bytes32 expected, bytes32 actual);
    error NotAcknowledged(address recipient, bytes4 answer);
    error ResultTooLong(uint256 limit, uint256 actual);
    /// @notice The bundle was brought after the last second that its sender gave it, by this chain's clock.
    error BundleExpired(uint256 expiresAt, uint256 actual);

    /// @notice Executes a bundle, pays the caller its reward, and reports the outcome if the sender asked for it. One that has
    /// expired is ended instead, by any account: it fails with BundleExpired as its result.
    /// @param bundle The interop center's message with the proof of its inclusion.
    /// @param assets The asset messages the bundle names, with proofs: first the one that carries value and reward, if there
    /// is one, then the tokens in order.
    function executeBundle(MessageInclusionProof calldata bundle, MessageInclusionProof[] calldata assets) external;

    /// @notice Tells the sender of a bundle how it ended, until it has listened once, and pays the first caller the reward that
    /// the sender attached, whether or not the sender listens.
    /// @param bundle The interop center's message, sent from this chain.
    /// @param result The other chain's handler's message with the proof of its inclusion.
    function executeCallback(bytes calldata bundle, MessageInclusionProof calldata result) external;

    /// @notice Gives a callback's reward back to the bundle's refund recipient, 30 days after the bundle was sent, if the
    /// outcome was not brought. Anyone may call. Bringing it later is not paid.
    /// @param bundle The interop center's message, sent from this chain.
    function reclaimCallbackReward(bytes calldata bundle) external;

    /// @notice Makes a bundle's payments and calls. Only the handler itself: what fails here is undone as a whole.
    function executeCalls(bytes32 bundleHash, InteropBundle calldata bundle, AssetTransfer[] calldata assets)
        external
        returns (bytes[] memory results);

    function bundleStatus(bytes32 bundleHash) external view returns (BundleStatus);

    /// @notice Address of the account here of an address on another chain, whether or not it exists yet.
    function interopAccount(uint256 chainId, address owner) external view returns (address);
}
