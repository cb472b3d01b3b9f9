// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource, IERC7786Recipient} from "../interfaces/l2/IERC7786.sol";
import {IInteropCenter} from "../interfaces/l2/IInteropCenter.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {InteropBundle, InteropCall, InteropCallStarter, InteropMessage, InteropToken} from
    "../interfaces/l2/InteropBundle.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {BundleOptions, InteropAttributes} from "./InteropAttributes.sol";
import {InteroperableAddress} from "./InteroperableAddress.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice A bundle whose outcome is awaited, in one word.
/// @param rewardReclaimableFrom First second at which the reward can be refunded; 0 if no reward waits.
/// @param expiresAt Until when the outcome can be told; 0 while the listener has not failed.
struct AwaitedOutcome {
    bool isAwaited;
    uint64 rewardReclaimableFrom;
    uint64 expiresAt;
}

/// @notice See {IInteropCenter}. Its balance is the sum of the rewards of pending callbacks.
contract InteropCenter is IInteropCenter, RestrictedCallers {
    uint256 public constant MAX_CALLS = 16;
    /// @notice Seconds for which a callback's reward waits for the account that delivers the outcome.
    uint256 public constant REWARD_LIFETIME = 30 days;
    /// @notice Seconds for which the outcome can be delivered again to a listener that failed.
    uint256 public constant RETRY_PERIOD = 30 days;
    IL1Messenger private constant MESSENGER = IL1Messenger(Predeploys.L1_MESSENGER);

    uint256 private nextNonce;
    mapping(bytes32 bundleHash => AwaitedOutcome) private callbacks;

    /// @inheritdoc IERC7786GatewaySource
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId)
    {
        (uint256 chainId, InteropCall[] memory calls) = _readMessage(recipient, payload, attributes);
        bytes32 bundleHash = _send(chainId, calls, InteropAttributes.readBundle(attributes, true, msg.sender));
        // As the receiving side names the call.
        sendId = keccak256(abi.encode(bundleHash, 0));
        bytes memory sender = InteroperableAddress.encode(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, calls[0].value, attributes);
    }

    /// @inheritdoc IInteropCenter
    function sendBundle(
        bytes calldata destinationChain,
        InteropCallStarter[] calldata callStarters,
        bytes[] calldata bundleAttributes
    ) external payable returns (bytes32 bundleHash) {
        (uint256 chainId, address account) = InteroperableAddress.parse(destinationChain);
        if (account != address(0)) revert InvalidRecipient(destinationChain);
        if (callStarters.length > MAX_CALLS) revert TooManyCalls(MAX_CALLS, callStarters.length);
        InteropCall[] memory calls = new InteropCall[](callStarters.length);
        for (uint256 i = 0; i < calls.length; ++i) calls[i] = _readStarter(callStarters[i], chainId);
        return _send(chainId, calls, InteropAttributes.readBundle(bundleAttributes, false, msg.sender));
    }

    /// @inheritdoc IInteropCenter
    function sendWithdrawalData(bytes32 withdrawalMessageHash, address l2Sender, bytes calldata data)
        external
        onlyFrom(Predeploys.BASE_TOKEN)
    {
        MESSENGER.sendToL1(
            bytes.concat(InteropMessage.WITHDRAWAL_DATA, abi.encode(withdrawalMessageHash, l2Sender, data))
        );
    }

    /// @inheritdoc IInteropCenter
    function deliver(address recipient, bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        onlyFrom(Predeploys.INTEROP_HANDLER)
        returns (bytes4)
    {
        return IERC7786Recipient(recipient).receiveMessage{value: msg.value}(receiveId, sender, payload);
    }

    /// @inheritdoc IInteropCenter
    function settleCallback(bytes32 bundleHash, address relayer, uint256 reward, bool told)
        external
        onlyFrom(Predeploys.INTEROP_HANDLER)
    {
        if (!isCallbackPending(bundleHash)) revert NoCallbackPending(bundleHash);
        AwaitedOutcome storage awaited = callbacks[bundleHash];
        if (awaited.rewardReclaimableFrom == 0) reward = 0;
        if (told) {
            delete callbacks[bundleHash];
        } else {
            awaited.rewardReclaimableFrom = 0;
            if (awaited.expiresAt == 0) awaited.expiresAt = uint64(block.timestamp + RETRY_PERIOD);
        }
        emit CallbackSettled(bundleHash, relayer, reward);
        if (reward != 0) _pay(relayer, reward);
    }

    /// @inheritdoc IInteropCenter
    function reclaimReward(bytes32 bundleHash, address recipient, uint256 reward)
        external
        onlyFrom(Predeploys.INTEROP_HANDLER)
    {
        uint256 from = callbacks[bundleHash].rewardReclaimableFrom;
        if (from == 0) revert NoRewardPending(bundleHash);
        if (block.timestamp < from) revert RewardNotReclaimable(bundleHash, from, block.timestamp);
        // The outcome can still be told.
        callbacks[bundleHash].rewardReclaimableFrom = 0;
        emit CallbackRewardReclaimed(bundleHash, recipient, reward);
        _pay(recipient, reward);
    }

    /// @inheritdoc IInteropCenter
    function isCallbackPending(bytes32 bundleHash) public view returns (bool) {
        AwaitedOutcome memory awaited = callbacks[bundleHash];
        return awaited.isAwaited && (awaited.expiresAt == 0 || block.timestamp <= awaited.expiresAt);
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4 selector) external pure returns (bool) {
        return InteropAttributes.isCallAttribute(selector) || InteropAttributes.isBundleAttribute(selector);
    }

    function _send(uint256 chainId, InteropCall[] memory calls, BundleOptions memory options)
        private
        returns (bytes32 bundleHash)
    {
        bool elsewhere = chainId != 0 && chainId != block.chainid;
        if (!elsewhere || chainId == ISystemContext(Predeploys.SYSTEM_CONTEXT).l1ChainId()) revert InvalidDestination(chainId);
        bool expired = options.expiresAt != 0 && options.expiresAt <= block.timestamp;
        if (expired) revert AlreadyExpired(options.expiresAt, block.timestamp);
        InteropBundle memory bundle;
        bundle.sourceChainId = block.chainid;
        bundle.destinationChainId = chainId;
        bundle.sender = msg.sender;
        bundle.nonce = nextNonce++;
        bundle.calls = calls;
        for (uint256 i = 0; i < calls.length; ++i) bundle.value += calls[i].value;
        bundle.relayerReward = options.relayerReward;
        bundle.gasLimit = options.gasLimit;
        bundle.executionAddress = options.executionAddress;
        bundle.refundRecipient = options.refundRecipient;
        bundle.callbackGasLimit = options.callbackGasLimit;
        bundle.callbackReward = options.callbackReward;
        bundle.expiresAt = options.expiresAt;
        _sendAssets(bundle, options);

        bundleHash = MESSENGER.sendToL1(bytes.concat(InteropMessage.BUNDLE, abi.encode(bundle)));
        if (bundle.callbackGasLimit != 0) {
            uint256 reclaimableFrom = bundle.callbackReward == 0 ? 0 : block.timestamp + REWARD_LIFETIME;
            callbacks[bundleHash] = AwaitedOutcome(true, uint64(reclaimableFrom), 0);
        }
        emit InteropBundleSent(bundleHash, chainId, msg.sender);
    }

    function _pay(address to, uint256 reward) private {
        (bool received,) = to.call{value: reward}("");
        if (!received) revert RewardRefused(to, reward);
    }

    /// @dev Sends what the bundle needs on the destination ahead of it, and checks that exactly this much was attached.
    function _sendAssets(InteropBundle memory bundle, BundleOptions memory options) private {
        // Without a callback no account could ever claim the reward.
        if (bundle.callbackGasLimit == 0 && bundle.callbackReward != 0) revert WrongValue(0, bundle.callbackReward);
        uint256 attached = bundle.callbackReward;
        uint256 amount = bundle.value + bundle.relayerReward;
        if (amount != 0) {
            if (options.valueToken == Predeploys.BASE_TOKEN) attached += amount;
            bundle.valueMessageHash = _sendAsset(bundle.destinationChainId, options.valueToken, amount);
        }
        bundle.tokens = new InteropToken[](options.tokens.length);
        for (uint256 i = 0; i < options.tokens.length; ++i) {
            (address token, uint256 tokenAmount) = (options.tokens[i].token, options.tokens[i].amount);
            if (token == Predeploys.BASE_TOKEN) attached += tokenAmount;
            bytes32 messageHash = _sendAsset(bundle.destinationChainId, token, tokenAmount);
            bundle.tokens[i] = InteropToken(messageHash, options.tokens[i].recipient);
        }
        // Compared at the end, after base token of pending callbacks could have been spent: the revert undoes it.
        if (msg.value != attached) revert WrongValue(attached, msg.value);
    }

    function _sendAsset(uint256 chainId, address token, uint256 amount) private returns (bytes32 messageHash) {
        uint256 value = token == Predeploys.BASE_TOKEN ? amount : 0;
        return IL2AssetRouter(Predeploys.ASSET_ROUTER).sendToHandler{value: value}(msg.sender, chainId, token, amount);
    }

    function _readMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        private
        pure
        returns (uint256 chainId, InteropCall[] memory calls)
    {
        address to;
        (chainId, to) = InteroperableAddress.parse(recipient);
        if (to == address(0)) revert InvalidRecipient(recipient);
        (uint256 value, bool fromAccount) = InteropAttributes.readCall(attributes, true);
        calls = new InteropCall[](1);
        calls[0] = InteropCall(fromAccount, to, value, payload);
    }

    function _readStarter(InteropCallStarter calldata starter, uint256 destinationChainId)
        private
        pure
        returns (InteropCall memory)
    {
        (uint256 chainId, address to) = InteroperableAddress.parse(starter.to);
        bool sameChain = chainId == 0 || chainId == destinationChainId;
        if (!sameChain || to == address(0)) revert InvalidRecipient(starter.to);
        (uint256 value, bool fromAccount) = InteropAttributes.readCall(starter.callAttributes, false);
        return InteropCall(fromAccount, to, value, starter.data);
    }
}
