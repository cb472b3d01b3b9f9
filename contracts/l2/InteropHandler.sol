// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "../interfaces/l2/IERC7786.sol";
import {IInteropAccount} from "../interfaces/l2/IInteropAccount.sol";
import {IInteropCenter} from "../interfaces/l2/IInteropCenter.sol";
import {IInteropCallback, IInteropHandler} from "../interfaces/l2/IInteropHandler.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {IMessageVerification, MessageInclusionProof} from "../interfaces/l2/IMessageVerification.sol";
import {InteropBundle, InteropCall, InteropMessage} from "../interfaces/l2/InteropBundle.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {GuardedCall} from "./GuardedCall.sol";
import {InteroperableAddress} from "./InteroperableAddress.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IInteropHandler}. Holds nothing between transactions.
contract InteropHandler is IInteropHandler, RestrictedCallers, ReentrancyGuard {
    /// @notice Return data of all calls together, where the sender asked for it: it is published on L1.
    uint256 public constant MAX_RESULT_BYTES = 4096;
    uint256 public constant MAX_REVERT_BYTES = 1024;
    IL2AssetRouter private constant ROUTER = IL2AssetRouter(Predeploys.ASSET_ROUTER);
    IL1Messenger private constant MESSENGER = IL1Messenger(Predeploys.L1_MESSENGER);

    /// @inheritdoc IInteropHandler
    mapping(bytes32 bundleHash => BundleStatus) public bundleStatus;

    /// @notice Base token arrives here on its way to the calls of a bundle.
    receive() external payable onlyFrom(Predeploys.BASE_TOKEN) {}

    /// @inheritdoc IInteropHandler
    function executeBundle(MessageInclusionProof calldata sent, MessageInclusionProof[] calldata assetMessages)
        external
        nonReentrant
    {
        InteropBundle memory bundle = _readBundle(sent.message.data);
        bytes32 bundleHash = keccak256(sent.message.data);
        if (bundle.sourceChainId != sent.chainId) revert WrongSourceChain(bundle.sourceChainId, sent.chainId);
        if (bundle.destinationChainId != block.chainid) revert WrongDestination(block.chainid, bundle.destinationChainId);
        bool expired = bundle.expiresAt != 0 && block.timestamp > bundle.expiresAt;
        // Nothing is left to choose at the end of an expired one, and an executor who never came must not keep its money.
        if (!expired && bundle.executionAddress != address(0) && bundle.executionAddress != msg.sender) {
            revert ExecutorNotAllowed(bundle.executionAddress, msg.sender);
        }
        if (bundleStatus[bundleHash] != BundleStatus.Unreceived) {
            revert AlreadyReceived(bundleHash, bundleStatus[bundleHash]);
        }
        _requireSent(sent, Predeploys.INTEROP_CENTER);
        // Nothing can enter while the calls run; the status they lead to is only known afterwards.
        AssetTransfer[] memory assets = _receiveAssets(bundle, assetMessages);
        (bool success, bytes memory result) = expired
            ? (false, abi.encodeWithSelector(BundleExpired.selector, bundle.expiresAt, block.timestamp))
            : _run(bundleHash, bundle, assets);
        bundleStatus[bundleHash] = success ? BundleStatus.Executed : BundleStatus.Failed;
        // The return data of executeCalls is abi.encode of its one value.
        emit BundleExecuted(bundleHash, bundle.sourceChainId, msg.sender, success, result);

        if (!success) _refund(bundleHash, bundle, assets);
        if (bundle.relayerReward != 0) {
            ROUTER.release(assets[0].originChainId, assets[0].originToken, msg.sender, bundle.relayerReward);
        }
        if (bundle.callbackGasLimit != 0) {
            bytes32 messageHash = MESSENGER.sendToL1(abi.encode(bundleHash, bundle.sourceChainId, success, result));
            emit ResultSent(bundleHash, messageHash);
        }
    }

    /// @inheritdoc IInteropHandler
    function executeCallback(bytes calldata bundleMessage, MessageInclusionProof calldata sent) external nonReentrant {
        InteropBundle memory bundle = _readBundle(bundleMessage);
        bytes32 bundleHash = keccak256(bundleMessage);
        (bytes32 reported,, bool success, bytes memory result) =
            abi.decode(sent.message.data, (bytes32, uint256, bool, bytes));
        if (reported != bundleHash) revert WrongResult(bundleHash, reported);
        if (sent.chainId != bundle.destinationChainId) revert WrongSourceChain(bundle.destinationChainId, sent.chainId);
        _requireSent(sent, address(this));
        // Not pending: bundles that were not sent from here, requested no callback, or have received it.
        bool pending = IInteropCenter(Predeploys.INTEROP_CENTER).isCallbackPending(bundleHash);
        if (!pending) revert IInteropCenter.NoCallbackPending(bundleHash);
        bytes memory callback = abi.encodeCall(IInteropCallback.onInteropResult, (bundleHash, success, result));
        (bool told, bytes memory reason) =
            GuardedCall.execute(bundle.sender, bundle.callbackGasLimit, callback, 0, MAX_REVERT_BYTES);
        if (!told) _requireTopLevel(bundleHash, reason);
        // Only now is it known what to settle; until then `nonReentrant` keeps all else from the center's record.
        IInteropCenter(Predeploys.INTEROP_CENTER).settleCallback(bundleHash, msg.sender, bundle.callbackReward, told);
        emit CallbackExecuted(bundleHash, bundle.sender, success, told);
    }

    /// @inheritdoc IInteropHandler
    function reclaimCallbackReward(bytes calldata bundleMessage) external nonReentrant {
        InteropBundle memory bundle = _readBundle(bundleMessage);
        // Refuses bundles that were not sent from here, or whose reward is not due.
        IInteropCenter(Predeploys.INTEROP_CENTER).reclaimReward(
            keccak256(bundleMessage), bundle.refundRecipient, bundle.callbackReward
        );
    }

    /// @inheritdoc IInteropHandler
    function executeCalls(bytes32 bundleHash, InteropBundle calldata bundle, AssetTransfer[] calldata assets)
        external
        onlyFrom(address(this))
        returns (bytes[] memory results)
    {
        uint256 first = bundle.valueMessageHash == 0 ? 0 : 1;
        if (bundle.value != 0) {
            bytes32 assetId = AssetMessage.assetId(assets[0].originChainId, assets[0].originToken);
            bytes32 baseTokenId = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT).BASE_TOKEN_ASSET_ID();
            if (assetId != baseTokenId) revert ValueNotInBaseToken(baseTokenId, assetId);
            ROUTER.release(assets[0].originChainId, assets[0].originToken, address(this), bundle.value);
        }
        for (uint256 i = 0; i < bundle.tokens.length; ++i) {
            AssetTransfer calldata asset = assets[first + i];
            ROUTER.release(asset.originChainId, asset.originToken, bundle.tokens[i].recipient, asset.amount);
        }
        bool reported = bundle.callbackGasLimit != 0;
        if (reported) results = new bytes[](bundle.calls.length);
        uint256 length = 0;
        for (uint256 i = 0; i < bundle.calls.length; ++i) {
            bytes memory result = _executeCall(bundle, bundle.calls[i], keccak256(abi.encode(bundleHash, i)));
            if (!reported) continue;
            length += result.length;
            if (length > MAX_RESULT_BYTES) revert ResultTooLong(MAX_RESULT_BYTES, length);
            results[i] = result;
        }
    }

    /// @inheritdoc IInteropHandler
    function interopAccount(uint256 chainId, address owner) public view returns (address) {
        return MinimalProxy.predict(
            address(this), Predeploys.INTEROP_ACCOUNT_IMPLEMENTATION, keccak256(abi.encode(chainId, owner))
        );
    }

    function _run(bytes32 bundleHash, InteropBundle memory bundle, AssetTransfer[] memory assets)
        private
        returns (bool success, bytes memory result)
    {
        bytes memory calls = abi.encodeCall(IInteropHandler.executeCalls, (bundleHash, bundle, assets));
        // Offsets, lengths and padding of the results come on top of their bytes.
        uint256 maxReturnBytes = MAX_RESULT_BYTES + 96 * (bundle.calls.length + 1);
        (success, result) =
            GuardedCall.execute(address(this), bundle.gasLimit, calls, maxReturnBytes, MAX_REVERT_BYTES);
        // A named executor has the sender's trust, whatever it is; without its failing runs such a bundle might never end.
        if (!success && bundle.executionAddress == address(0)) _requireTopLevel(bundleHash, result);
    }

    function _executeCall(InteropBundle calldata bundle, InteropCall calldata call, bytes32 receiveId)
        private
        returns (bytes memory)
    {
        if (call.fromAccount) {
            address account = _ensureAccount(bundle.sourceChainId, bundle.sender);
            return IInteropAccount(account).execute{value: call.value}(call.to, call.data);
        }
        bytes memory sender = InteroperableAddress.encode(bundle.sourceChainId, bundle.sender);
        IInteropCenter center = IInteropCenter(Predeploys.INTEROP_CENTER);
        bytes4 answer = center.deliver{value: call.value}(call.to, receiveId, sender, call.data);
        if (answer != IERC7786Recipient.receiveMessage.selector) revert NotAcknowledged(call.to, answer);
        return abi.encode(answer);
    }

    function _ensureAccount(uint256 chainId, address owner) private returns (address account) {
        account = interopAccount(chainId, owner);
        if (account.code.length != 0) return account;
        MinimalProxy.deploy(Predeploys.INTEROP_ACCOUNT_IMPLEMENTATION, keccak256(abi.encode(chainId, owner)));
        emit InteropAccountDeployed(account, chainId, owner);
    }

    /// @dev Consumes the asset messages that the bundle names. What they say comes from L1's point of view, not from the
    /// bundle: amounts are never the word of the source chain alone.
    function _receiveAssets(InteropBundle memory bundle, MessageInclusionProof[] calldata messages)
        private
        returns (AssetTransfer[] memory assets)
    {
        uint256 first = bundle.valueMessageHash == 0 ? 0 : 1;
        uint256 expected = first + bundle.tokens.length;
        if (messages.length != expected) revert WrongAssetCount(expected, messages.length);
        assets = new AssetTransfer[](expected);
        for (uint256 i = 0; i < expected; ++i) {
            if (messages[i].chainId != bundle.sourceChainId) {
                revert WrongSourceChain(bundle.sourceChainId, messages[i].chainId);
            }
            bytes32 named = i < first ? bundle.valueMessageHash : bundle.tokens[i - first].messageHash;
            bytes32 messageHash;
            (messageHash, assets[i]) = ROUTER.deliverToHandler(messages[i]);
            if (messageHash != named) revert WrongAsset(named, messageHash);
        }
        uint256 carried = first == 0 ? 0 : assets[0].amount;
        if (bundle.value + bundle.relayerReward != carried) revert WrongValue(bundle.value + bundle.relayerReward, carried);
    }

    function _refund(bytes32 bundleHash, InteropBundle memory bundle, AssetTransfer[] memory assets) private {
        uint256 first = bundle.valueMessageHash == 0 ? 0 : 1;
        for (uint256 i = 0; i < assets.length; ++i) {
            bool isValue = i < first;
            uint256 amount = isValue ? bundle.value : assets[i].amount;
            if (amount == 0) continue;
            bytes32 refundHash = ROUTER.sendBack(
                bundle.sourceChainId, assets[i].originChainId, assets[i].originToken, bundle.refundRecipient, amount
            );
            bytes32 assetHash = isValue ? bundle.valueMessageHash : bundle.tokens[i - first].messageHash;
            emit BundleRefunded(bundleHash, assetHash, refundHash);
        }
    }

    /// @dev A contract chooses what has happened before in its transaction: it can be inside the target,
    /// which is locked or half-way through a change, so that a run fails which would succeed alone. An
    /// account with a key and code (EIP-7702) can do the same by calling itself first.
    function _requireTopLevel(bytes32 bundleHash, bytes memory reason) private view {
        bool topLevel = msg.sender == tx.origin && msg.sender.code.length == 0;
        if (!topLevel) revert FailingRunOfContract(bundleHash, msg.sender, reason);
    }

    function _requireSent(MessageInclusionProof calldata sent, address sender) private view {
        if (sent.message.sender != sender) revert WrongMessageSender(sender, sent.message.sender);
        bool included = IMessageVerification(Predeploys.MESSAGE_VERIFICATION).proveL2MessageInclusionShared(
            sent.chainId, sent.l1BatchNumber, sent.l2MessageIndex, sent.message, sent.proof
        );
        if (!included) revert InvalidMessageProof();
    }

    function _readBundle(bytes calldata message) private pure returns (InteropBundle memory) {
        if (message.length == 0 || message[0] != InteropMessage.BUNDLE) revert NotABundle();
        return abi.decode(message[1:], (InteropBundle));
    }
}
