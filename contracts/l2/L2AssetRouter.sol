// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {IMessageVerification, MessageInclusionProof} from "../interfaces/l2/IMessageVerification.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {InteroperableAddress} from "./InteroperableAddress.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";
import {TokenMetadata} from "./TokenMetadata.sol";

/// @dev ERC-2612's `permit`.
interface IPermitting {
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

/// @notice See {IL2AssetRouter}.
contract L2AssetRouter is IL2AssetRouter, RestrictedCallers {
    IL2NativeTokenVault private constant VAULT = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT);
    ISystemContext private constant CONTEXT = ISystemContext(Predeploys.SYSTEM_CONTEXT);
    /// @dev The last words of a message's proof are the last fields of its batch's record (IMessageVerification, BatchRecord).
    uint256 private constant REFUSED =
        1 + L2LogTree.DEPTH + 1 + TransactionTree.DEPTH + 1 + TransactionTree.RECORD_WORDS - 1;
    uint256 private constant FIRST_TIMESTAMP = REFUSED - 1;

    uint256 private nextNonce;
    /// @dev Transfers that have ended here: those of other chains by their delivery, own ones by their refund.
    mapping(bytes32 sourceAndMessage => bool) private delivered;

    /// @inheritdoc IL2AssetRouter
    function finalizeDeposit(uint256 sourceChainId, bytes32 assetId, bytes calldata transferData)
        external
        payable
        onlyFrom(AddressAlias.aliased(CONTEXT.l1SharedBridge(), block.chainid))
    {
        // Nothing would ever pay it out again; a refusal refunds it.
        if (msg.value != 0) revert UnexpectedValue(msg.value);
        uint256 l1 = CONTEXT.l1ChainId();
        if (sourceChainId != l1) revert WrongSourceChain(l1, sourceChainId);
        (address l1Sender, address receiver, address originToken, uint256 amount, bytes memory metadata) =
            abi.decode(transferData, (address, address, address, uint256, bytes));
        if (receiver == address(0)) revert ZeroRecipient();
        uint256 originChainId = TokenMetadata.originChainId(metadata, l1);
        bytes32 expected = AssetMessage.assetId(originChainId, originToken);
        if (assetId != expected) revert AssetIdMismatch(expected, assetId);
        VAULT.mint(originChainId, originToken, receiver, amount, metadata);
        emit DepositFinalized(assetId, receiver, amount, l1Sender);
    }

    /// @inheritdoc IL2AssetRouter
    function withdraw(address l1Receiver, address l2Token, uint256 amount) external {
        _sendWithdrawal(l1Receiver, l2Token, amount);
    }

    /// @inheritdoc IL2AssetRouter
    function withdraw(bytes32 assetId, bytes calldata assetData) external returns (bytes32) {
        address token = VAULT.tokenAddress(assetId);
        if (token == address(0)) revert UnknownAsset(assetId);
        (uint256 amount, address l1Receiver) = abi.decode(assetData, (uint256, address));
        return _sendWithdrawal(l1Receiver, token, amount);
    }

    /// @inheritdoc IL2AssetRouter
    function sendToChain(uint256 destinationChainId, address token, uint256 amount, address recipient)
        external
        payable
        returns (bytes32)
    {
        // The handler owes what it receives to a bundle; an amount that belongs to none would be lost.
        if (recipient == Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(recipient);
        return _sendAsset(AssetMessage.HYPERBRIDGE_SEND, msg.sender, destinationChainId, token, amount, recipient);
    }

    /// @inheritdoc IL2AssetRouter
    function send(bytes calldata to, address token, uint256 amount) external payable returns (bytes32) {
        return _sendAnywhere(to, token, amount);
    }

    /// @inheritdoc IL2AssetRouter
    function sendWithPermit(
        bytes calldata to,
        address token,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32) {
        try IPermitting(token).permit(msg.sender, address(VAULT), amount, deadline, v, r, s) {} catch {}
        return _sendAnywhere(to, token, amount);
    }

    /// @inheritdoc IL2AssetRouter
    function sendToHandler(address sender, uint256 destinationChainId, address token, uint256 amount)
        external
        payable
        onlyFrom(Predeploys.INTEROP_CENTER)
        returns (bytes32)
    {
        return _sendAsset(AssetMessage.HYPERBRIDGE_SEND, sender, destinationChainId, token, amount, Predeploys.INTEROP_HANDLER);
    }

    /// @inheritdoc IL2AssetRouter
    function deliver(MessageInclusionProof calldata message) external {
        (, AssetTransfer memory transfer) = _consume(message);
        if (transfer.recipient == Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(transfer.recipient);
        VAULT.mint(transfer.originChainId, transfer.originToken, transfer.recipient, transfer.amount, "");
    }

    /// @inheritdoc IL2AssetRouter
    function refundTransfer(MessageInclusionProof calldata sent, uint256[] calldata refused, address recipient) external {
        (bytes32 messageHash, AssetTransfer memory transfer) = _readSend(sent);
        if (sent.chainId != block.chainid) revert WrongSourceChain(block.chainid, sent.chainId);
        if (recipient == address(0)) revert ZeroRecipient();
        if (recipient != transfer.sender) {
            if (msg.sender != transfer.sender) revert NotTheSender(transfer.sender, msg.sender);
            // It owes what it has to bundles; an amount that belongs to none would be lost.
            if (recipient == Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(recipient);
        }
        if (isDelivered(block.chainid, messageHash)) revert AlreadyRefunded(messageHash);
        _requireIncluded(sent);
        _requireRefused(transfer.destinationChainId, sent.proof[REFUSED], refused);
        delivered[keccak256(abi.encode(block.chainid, messageHash))] = true;
        bytes32 assetId = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
        emit TransferRefunded(messageHash, transfer.sender, assetId, recipient, transfer.amount);
        if (transfer.sender == Predeploys.INTEROP_HANDLER) {
            // A bundle came from there, so there is such a chain by now.
            _depart(transfer);
        } else {
            VAULT.mint(transfer.originChainId, transfer.originToken, recipient, transfer.amount, "");
        }
    }

    /// @inheritdoc IL2AssetRouter
    function deliverToHandler(MessageInclusionProof calldata message)
        external
        onlyFrom(Predeploys.INTEROP_HANDLER)
        returns (bytes32 messageHash, AssetTransfer memory transfer)
    {
        (messageHash, transfer) = _consume(message);
        if (transfer.recipient != Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(transfer.recipient);
    }

    /// @inheritdoc IL2AssetRouter
    function release(uint256 originChainId, address originToken, address to, uint256 amount)
        external
        onlyFrom(Predeploys.INTEROP_HANDLER)
    {
        VAULT.mint(originChainId, originToken, to, amount, "");
    }

    /// @inheritdoc IL2AssetRouter
    function sendBack(
        uint256 destinationChainId,
        uint256 originChainId,
        address originToken,
        address recipient,
        uint256 amount
    ) external onlyFrom(Predeploys.INTEROP_HANDLER) returns (bytes32) {
        return _depart(
            AssetTransfer({
                kind: AssetMessage.HYPERBRIDGE_SEND,
                destinationChainId: destinationChainId,
                originChainId: originChainId,
                originToken: originToken,
                amount: amount,
                recipient: recipient,
                sender: Predeploys.INTEROP_HANDLER,
                nonce: 0
            })
        );
    }

    /// @inheritdoc IL2AssetRouter
    function isDelivered(uint256 sourceChainId, bytes32 messageHash) public view returns (bool) {
        return delivered[keccak256(abi.encode(sourceChainId, messageHash))];
    }

    /// @inheritdoc IL2AssetRouter
    function L1_ASSET_ROUTER() external view returns (address) {
        return CONTEXT.l1SharedBridge();
    }

    /// @inheritdoc IL2AssetRouter
    function l1SharedBridge() external view returns (address) {
        return CONTEXT.l1SharedBridge();
    }

    /// @inheritdoc IL2AssetRouter
    function L1_CHAIN_ID() external view returns (uint256) {
        return CONTEXT.l1ChainId();
    }

    /// @inheritdoc IL2AssetRouter
    function BASE_TOKEN_ASSET_ID() external view returns (bytes32) {
        return VAULT.BASE_TOKEN_ASSET_ID();
    }

    /// @inheritdoc IL2AssetRouter
    function l2TokenAddress(address l1Token) external view returns (address) {
        return VAULT.l2TokenAddress(l1Token);
    }

    /// @inheritdoc IL2AssetRouter
    function l1TokenAddress(address l2Token) external view returns (address) {
        bytes32 id = VAULT.assetId(l2Token);
        if (id == 0 || VAULT.originChainId(id) != CONTEXT.l1ChainId()) return address(0);
        address token = VAULT.originToken(id);
        return token == address(0) ? AssetMessage.NATIVE_COIN : token;
    }

    /// @inheritdoc IL2AssetRouter
    function assetHandlerAddress(bytes32) external pure returns (address) {
        return address(VAULT);
    }

    function _sendWithdrawal(address l1Receiver, address token, uint256 amount) private returns (bytes32 messageHash) {
        if (token == Predeploys.BASE_TOKEN) revert BaseTokenNotSupported();
        return _sendAsset(AssetMessage.WITHDRAWAL, msg.sender, CONTEXT.l1ChainId(), token, amount, l1Receiver);
    }

    function _sendAnywhere(bytes calldata to, address token, uint256 amount) private returns (bytes32) {
        (uint256 chainId, address recipient) = InteroperableAddress.parse(to);
        if (recipient == Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(recipient);
        if (chainId != block.chainid) {
            uint8 kind = chainId == CONTEXT.l1ChainId() ? AssetMessage.WITHDRAWAL : AssetMessage.HYPERBRIDGE_SEND;
            return _sendAsset(kind, msg.sender, chainId, token, amount, recipient);
        }
        _requireMovable(amount, recipient);
        (uint256 originChainId, address originToken) = VAULT.burn{value: msg.value}(token, msg.sender, amount);
        VAULT.mint(originChainId, originToken, recipient, amount, "");
        return 0;
    }

    function _sendAsset(
        uint8 kind,
        address sender,
        uint256 destinationChainId,
        address token,
        uint256 amount,
        address recipient
    ) private returns (bytes32 messageHash) {
        _requireMovable(amount, recipient);
        if (kind == AssetMessage.HYPERBRIDGE_SEND) {
            bool elsewhere = destinationChainId != 0 && destinationChainId != block.chainid;
            if (!elsewhere || destinationChainId == CONTEXT.l1ChainId()) revert InvalidDestination(destinationChainId);
        }
        (uint256 originChainId, address originToken) = VAULT.burn{value: msg.value}(token, sender, amount);
        // Claims are paid in assets of L1 only: anything else would wait there for ever.
        if (kind == AssetMessage.WITHDRAWAL && originChainId != destinationChainId) {
            revert AssetNotOnL1(originChainId, originToken);
        }
        return _depart(
            AssetTransfer(kind, destinationChainId, originChainId, originToken, amount, recipient, sender, 0)
        );
    }

    /// @dev Numbers the message and sends it; L1 moves the amount out of this chain's balance.
    function _depart(AssetTransfer memory transfer) private returns (bytes32 messageHash) {
        messageHash = _sendNumbered(transfer);
        bytes32 assetId = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
        if (transfer.kind == AssetMessage.WITHDRAWAL) {
            emit WithdrawalInitiated(transfer.sender, assetId, transfer.recipient, transfer.amount, messageHash);
        } else {
            emit TransferSent(
                transfer.destinationChainId, transfer.sender, assetId, transfer.recipient, transfer.amount, messageHash
            );
        }
    }

    function _sendNumbered(AssetTransfer memory transfer) private returns (bytes32 messageHash) {
        transfer.nonce = nextNonce++;
        return IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(AssetMessage.encode(transfer));
    }

    /// @dev Checks an asset message of another chain, marks it, and tells L1 that the amount in transit has arrived.
    function _consume(MessageInclusionProof calldata sent)
        private
        returns (bytes32 messageHash, AssetTransfer memory transfer)
    {
        (messageHash, transfer) = _readSend(sent);
        if (transfer.destinationChainId != block.chainid) {
            revert WrongDestination(block.chainid, transfer.destinationChainId);
        }
        if (isDelivered(sent.chainId, messageHash)) revert AlreadyDelivered(sent.chainId, messageHash);
        _requireIncluded(sent);
        uint256 firstTimestamp = uint256(sent.proof[FIRST_TIMESTAMP]);
        // L1 left it to the chain that sent it; a delivery here could never be executed there.
        if (firstTimestamp <= CONTEXT.bornAt()) revert SentBeforeChain(firstTimestamp, CONTEXT.bornAt());
        delivered[keccak256(abi.encode(sent.chainId, messageHash))] = true;
        _sendNumbered(
            AssetTransfer({
                kind: AssetMessage.HYPERBRIDGE_DELIVERY,
                destinationChainId: block.chainid,
                originChainId: transfer.originChainId,
                originToken: transfer.originToken,
                amount: transfer.amount,
                recipient: transfer.recipient,
                sender: transfer.sender,
                nonce: 0
            })
        );
        emit TransferDelivered(
            sent.chainId,
            messageHash,
            AssetMessage.assetId(transfer.originChainId, transfer.originToken),
            transfer.recipient,
            transfer.amount
        );
    }

    function _requireIncluded(MessageInclusionProof calldata sent) private view {
        bool included = IMessageVerification(Predeploys.MESSAGE_VERIFICATION).proveL2MessageInclusionShared(
            sent.chainId, sent.l1BatchNumber, sent.l2MessageIndex, sent.message, sent.proof
        );
        if (!included) revert InvalidMessageProof();
    }

    /// @dev An asset message to another chain, by an asset router; on which chain it was sent is not shown yet.
    function _readSend(MessageInclusionProof calldata sent)
        private
        view
        returns (bytes32 messageHash, AssetTransfer memory transfer)
    {
        bool valid;
        (valid, transfer) = AssetMessage.decode(sent.message.data);
        if (!valid) revert NotAnAssetMessage();
        if (transfer.kind != AssetMessage.HYPERBRIDGE_SEND) revert WrongKind(AssetMessage.HYPERBRIDGE_SEND, transfer.kind);
        if (sent.message.sender != address(this)) revert WrongMessageSender(address(this), sent.message.sender);
        messageHash = keccak256(sent.message.data);
    }

    function _requireMovable(uint256 amount, address recipient) private pure {
        if (amount == 0) revert ZeroAmount();
        if (recipient == address(0)) revert ZeroRecipient();
    }

    /// @param recorded What the record of the transfer's batch says of the refused ids.
    function _requireRefused(uint256 destinationChainId, bytes32 recorded, uint256[] calldata refused) private pure {
        bytes32 shown = TransactionTree.hashRefused(refused);
        if (shown != recorded) revert RefusedMismatch(recorded, shown);
        for (uint256 i = 0; i < refused.length; ++i) {
            if (refused[i] == destinationChainId) return;
        }
        revert NotRefused(destinationChainId);
    }
}
