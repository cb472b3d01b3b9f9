// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {IL2BaseToken} from "../interfaces/l2/IL2BaseToken.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {IMessageVerification, MessageInclusionProof} from "../interfaces/l2/IMessageVerification.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {TransferList} from "../libraries/TransferList.sol";
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
    using TransferList for TransferList.Book;

    IL2NativeTokenVault private constant VAULT = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT);
    ISystemContext private constant CONTEXT = ISystemContext(Predeploys.SYSTEM_CONTEXT);
    /// @dev The last words of a message's proof are the last fields of its batch's record (IMessageVerification, BatchRecord).
    uint256 private constant REFUSED =
        1 + L2LogTree.DEPTH + 1 + TransactionTree.DEPTH + 1 + TransactionTree.RECORD_WORDS - 1;
    uint256 private constant FIRST_TIMESTAMP = REFUSED - 1;
    /// @dev Gas of the payment of one entry of a list in a token of this chain, whose code may refuse it: an
    /// entry that takes more is claimed. A full list of these must fit a transaction, which has 2^24 gas at
    /// most (EIP-7825).
    uint256 private constant ENTRY_GAS = 80_000;
    /// @dev Accounts below are the protocol's and precompiled contracts, and have no key.
    uint160 private constant FIRST_LISTED = 0x100000;
    /// @dev Gas of the code between that check and the call.
    uint256 private constant MARGIN = 10_000;

    // The first two slots are part of the protocol: L1 proves what is in `delivered` (StateExit).
    uint256 private nextNonce;
    /// @dev Transfers that have ended here: those of other chains by their delivery, own ones by their refund.
    mapping(bytes32 sourceAndMessage => bool) private delivered;
    TransferList.Book private lists;
    mapping(bytes32 assetAndRecipient => uint256 amount) private owed;

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
        _requireAccount(recipient);
        return _sendAsset(AssetMessage.HYPERBRIDGE_SEND, msg.sender, destinationChainId, token, amount, 0, recipient);
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
    function sendWithFee(bytes calldata to, address token, uint256 amount, uint256 fee) external payable returns (bytes32) {
        (uint256 chainId, address recipient) = InteroperableAddress.parse(to);
        _requireAccount(recipient);
        return _sendAsset(AssetMessage.HYPERBRIDGE_SEND, msg.sender, chainId, token, amount, fee, recipient);
    }

    /// @inheritdoc IL2AssetRouter
    function sendToHandler(address sender, uint256 destinationChainId, address token, uint256 amount)
        external
        payable
        onlyFrom(Predeploys.INTEROP_CENTER)
        returns (bytes32)
    {
        return _sendAsset(
            AssetMessage.HYPERBRIDGE_SEND, sender, destinationChainId, token, amount, 0, Predeploys.INTEROP_HANDLER
        );
    }

    /// @inheritdoc IL2AssetRouter
    function deliver(MessageInclusionProof calldata message) external {
        (bytes32 messageHash, AssetTransfer memory transfer) = _consume(message);
        _requireAccount(transfer.recipient);
        uint256 fee = AssetMessage.feeOf(transfer);
        // Marked already: a token of this chain, whose code runs here, can have it paid no second time.
        VAULT.mint(transfer.originChainId, transfer.originToken, transfer.recipient, transfer.amount - fee, "");
        if (fee == 0) return;
        emit DeliveryPaid(messageHash, msg.sender, fee);
        VAULT.mint(transfer.originChainId, transfer.originToken, msg.sender, fee, "");
    }

    /// @inheritdoc IL2AssetRouter
    function sendListed(uint256 destinationChainId, address token, uint256 amount, address recipient) external payable {
        _sendListed(destinationChainId, token, amount, 0, recipient);
    }

    /// @inheritdoc IL2AssetRouter
    function sendListedWithFee(uint256 destinationChainId, address token, uint256 amount, uint256 fee, address recipient)
        external
        payable
    {
        _sendListed(destinationChainId, token, amount, fee, recipient);
    }

    /// @inheritdoc IL2AssetRouter
    function closeLists() external onlyFrom(Predeploys.L1_MESSENGER) {
        uint256[] memory numbers = lists.close();
        for (uint256 i = 0; i < numbers.length; ++i) _sendList(numbers[i]);
    }

    /// @inheritdoc IL2AssetRouter
    function deliverList(MessageInclusionProof calldata message, uint256 number, bytes32[] calldata entries) external {
        (bytes32 messageHash, AssetTransfer memory transfer) = _consume(message);
        uint256 fee = _requireList(transfer, message.l1BatchNumber, number, entries);
        _payList(message.chainId, messageHash, transfer, entries, fee);
    }

    /// @inheritdoc IL2AssetRouter
    function refundList(
        MessageInclusionProof calldata sent,
        uint256[] calldata refused,
        uint256 number,
        bytes32[] calldata entries
    ) external {
        (bytes32 messageHash, AssetTransfer memory transfer) = _readSend(sent);
        if (sent.chainId != block.chainid) revert WrongSourceChain(block.chainid, sent.chainId);
        uint256 fee = _requireList(transfer, sent.l1BatchNumber, number, entries);
        _markRefunded(sent, messageHash, transfer.destinationChainId, refused);
        bytes32 assetId = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
        emit TransferRefunded(messageHash, transfer.sender, assetId, transfer.recipient, transfer.amount);
        _payList(sent.chainId, messageHash, transfer, entries, fee);
    }

    /// @inheritdoc IL2AssetRouter
    function claimListed(uint256 originChainId, address originToken, address recipient) external {
        bytes32 asset = AssetMessage.assetId(originChainId, originToken);
        bytes32 key = keccak256(abi.encode(asset, recipient));
        uint256 amount = owed[key];
        if (amount == 0) revert NothingOwed(asset, recipient);
        delete owed[key];
        emit ListedClaimed(asset, recipient, amount);
        VAULT.mint(originChainId, originToken, recipient, amount, "");
    }

    /// @inheritdoc IL2AssetRouter
    function refundTransfer(MessageInclusionProof calldata sent, uint256[] calldata refused, address recipient) external {
        (bytes32 messageHash, AssetTransfer memory transfer) = _readSend(sent);
        if (sent.chainId != block.chainid) revert WrongSourceChain(block.chainid, sent.chainId);
        if (recipient == address(0)) revert ZeroRecipient();
        // A list is its recipients'.
        if (transfer.recipient == address(this)) revert RecipientNotAllowed(transfer.recipient);
        if (recipient != transfer.sender) {
            if (msg.sender != transfer.sender) revert NotTheSender(transfer.sender, msg.sender);
            // It owes what it has to bundles; an amount that belongs to none would be lost.
            if (recipient == Predeploys.INTEROP_HANDLER) revert RecipientNotAllowed(recipient);
        }
        _markRefunded(sent, messageHash, transfer.destinationChainId, refused);
        bytes32 assetId = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
        emit TransferRefunded(messageHash, transfer.sender, assetId, recipient, transfer.amount);
        if (transfer.sender == Predeploys.INTEROP_HANDLER) {
            // A bundle came from there, so there is such a chain by now.
            _depart(transfer, 0);
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
            }),
            0
        );
    }

    /// @inheritdoc IL2AssetRouter
    function isDelivered(uint256 sourceChainId, bytes32 messageHash) public view returns (bool) {
        return delivered[keccak256(abi.encode(sourceChainId, messageHash))];
    }

    /// @inheritdoc IL2AssetRouter
    function owedOf(bytes32 asset, address recipient) external view returns (uint256) {
        return owed[keccak256(abi.encode(asset, recipient))];
    }

    /// @inheritdoc IL2AssetRouter
    function listedEntry(uint256 number, uint256 place) external view returns (bytes32) {
        return lists.entries[number * TransferList.MAX_ENTRIES + place];
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

    function _sendListed(uint256 destinationChainId, address token, uint256 amount, uint256 fee, address recipient) private {
        _requireMovable(amount, recipient);
        if (uint160(recipient) < FIRST_LISTED) revert RecipientNotAllowed(recipient);
        if (destinationChainId == 0 || destinationChainId == block.chainid) revert InvalidDestination(destinationChainId);
        bytes32 entry = TransferList.entryOf(recipient, amount);
        // The token's own code may list others here.
        _takeListed(amount + fee, token);
        TransferList.Filling storage list = lists.filling[TransferList.key(destinationChainId, token)];
        uint256 count = list.count;
        if (count == 0 || count == TransferList.MAX_ENTRIES) _openList(list, destinationChainId, token);
        (bytes32 name, uint256 place) = lists.add(list, entry, fee);
        emit TransferListed(name, place, entry);
    }

    function _sendWithdrawal(address l1Receiver, address token, uint256 amount) private returns (bytes32 messageHash) {
        if (token == Predeploys.BASE_TOKEN) revert BaseTokenNotSupported();
        return _sendAsset(AssetMessage.WITHDRAWAL, msg.sender, CONTEXT.l1ChainId(), token, amount, 0, l1Receiver);
    }

    function _sendAnywhere(bytes calldata to, address token, uint256 amount) private returns (bytes32) {
        (uint256 chainId, address recipient) = InteroperableAddress.parse(to);
        _requireAccount(recipient);
        if (chainId != block.chainid) {
            uint8 kind = chainId == CONTEXT.l1ChainId() ? AssetMessage.WITHDRAWAL : AssetMessage.HYPERBRIDGE_SEND;
            return _sendAsset(kind, msg.sender, chainId, token, amount, 0, recipient);
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
        uint256 fee,
        address recipient
    ) private returns (bytes32 messageHash) {
        _requireMovable(amount, recipient);
        if (kind == AssetMessage.HYPERBRIDGE_SEND) {
            bool elsewhere = destinationChainId != 0 && destinationChainId != block.chainid;
            if (!elsewhere || destinationChainId == CONTEXT.l1ChainId()) revert InvalidDestination(destinationChainId);
        }
        uint256 total = amount + fee;
        (uint256 originChainId, address originToken) = VAULT.burn{value: msg.value}(token, sender, total);
        // Claims are paid in assets of L1 only: nothing else could ever be claimed there.
        if (kind == AssetMessage.WITHDRAWAL && originChainId != destinationChainId) {
            revert AssetNotOnL1(originChainId, originToken);
        }
        return _depart(
            AssetTransfer(kind, destinationChainId, originChainId, originToken, total, recipient, sender, 0), fee
        );
    }

    /// @dev Numbers the message and sends it; L1 moves the amount out of this chain's balance.
    function _depart(AssetTransfer memory transfer, uint256 fee) private returns (bytes32 messageHash) {
        messageHash = _sendNumbered(transfer, fee);
        bytes32 assetId = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
        if (transfer.kind == AssetMessage.WITHDRAWAL) {
            emit WithdrawalInitiated(transfer.sender, assetId, transfer.recipient, transfer.amount, messageHash);
        } else {
            emit TransferSent(
                transfer.destinationChainId, transfer.sender, assetId, transfer.recipient, transfer.amount, messageHash
            );
        }
    }

    function _sendNumbered(AssetTransfer memory transfer, uint256 fee) private returns (bytes32 messageHash) {
        transfer.nonce = AssetMessage.numbered(nextNonce++, fee);
        return _tell(transfer);
    }

    function _tell(AssetTransfer memory transfer) private returns (bytes32 messageHash) {
        return IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(AssetMessage.encode(transfer));
    }

    /// @dev That a list is backed was checked when its entries came. In the closing nothing may fail, whatever others gave the reserve since.
    function _sendList(uint256 number) private {
        TransferList.Opened memory list = lists.take(number);
        if (list.token == Predeploys.BASE_TOKEN) {
            IL2BaseToken(Predeploys.BASE_TOKEN).returnToReserve{value: list.total}();
        }
        bytes32 messageHash = _tell(
            AssetTransfer({
                kind: AssetMessage.HYPERBRIDGE_SEND,
                destinationChainId: list.destinationChainId,
                originChainId: list.originChainId,
                originToken: list.originToken,
                amount: list.total,
                recipient: address(this),
                sender: address(this),
                nonce: uint256(list.hash)
            })
        );
        emit ListSent(TransferList.nameOf(list.batchNumber, number), list.destinationChainId, messageHash, number);
    }

    /// @dev Refuses what could never be sent: the batch's closing must not fail.
    function _openList(TransferList.Filling storage list, uint256 destinationChainId, address token) private {
        if (destinationChainId == CONTEXT.l1ChainId()) revert InvalidDestination(destinationChainId);
        // No account keeps others from listing by taking all places: a short list leaves at once, and the batch's closing keeps its bound.
        if (lists.count >= TransferList.MAX_LISTS) _sendList(lists.giveUpPlace());
        TransferList.Opened storage opened = lists.open(list, CONTEXT.batchNumber());
        (opened.destinationChainId, opened.token) = (destinationChainId, token);
        bytes32 asset = VAULT.ensureTokenIsRegistered(token);
        (opened.originChainId, opened.originToken) = (VAULT.originChainId(asset), VAULT.originToken(asset));
        IL1Messenger(Predeploys.L1_MESSENGER).expectLists();
        emit ListOpened(destinationChainId, token, list.number);
    }

    /// @dev Coins stay here until the batch is closed, which burns them in one step.
    function _takeListed(uint256 amount, address token) private {
        if (token != Predeploys.BASE_TOKEN) {
            VAULT.burn{value: msg.value}(token, msg.sender, amount);
            return;
        }
        if (msg.value != amount) revert UnexpectedValue(msg.value);
        uint256 gone = Predeploys.BASE_TOKEN.balance + address(this).balance;
        if (gone > Predeploys.BASE_TOKEN_RESERVE) revert UnbackedList(gone - Predeploys.BASE_TOKEN_RESERVE);
    }

    function _requireList(
        AssetTransfer memory transfer,
        uint256 batchNumber,
        uint256 number,
        bytes32[] calldata entries
    ) private view returns (uint256 fee) {
        if (transfer.recipient != address(this)) revert RecipientNotAllowed(transfer.recipient);
        (bytes32 hash, uint256 total) = TransferList.digest(batchNumber, number, entries);
        if (hash != bytes32(transfer.nonce)) revert ListMismatch(bytes32(transfer.nonce), hash);
        if (total > transfer.amount) revert ListSumMismatch(transfer.amount, total);
        return transfer.amount - total;
    }

    /// @dev A recipient whom a token of this chain does not pay is owed the amount; the others are paid all the same.
    function _payList(
        uint256 sourceChainId,
        bytes32 messageHash,
        AssetTransfer memory transfer,
        bytes32[] calldata entries,
        uint256 fee
    ) private {
        if (fee != 0) emit DeliveryPaid(messageHash, msg.sender, fee);
        if (transfer.originChainId != block.chainid) {
            VAULT.mintListed(transfer.originChainId, transfer.originToken, entries);
            if (fee != 0) VAULT.mint(transfer.originChainId, transfer.originToken, msg.sender, fee, "");
            return;
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            (address recipient, uint256 amount) = TransferList.partsOf(entries[i]);
            _payEntry(sourceChainId, messageHash, transfer, recipient, amount);
        }
        if (fee != 0) _payEntry(sourceChainId, messageHash, transfer, msg.sender, fee);
    }

    /// @dev Pays an entry in a token of this chain, whose code may refuse it.
    function _payEntry(
        uint256 sourceChainId,
        bytes32 messageHash,
        AssetTransfer memory transfer,
        address recipient,
        uint256 amount
    ) private {
        // With less gas the payment could fail for that alone.
        if ((gasleft() / 64) * 63 < ENTRY_GAS + MARGIN) revert NotEnoughGasForEntry(ENTRY_GAS + MARGIN, gasleft());
        try VAULT.mint{gas: ENTRY_GAS}(transfer.originChainId, transfer.originToken, recipient, amount, "") {}
        catch {
            bytes32 asset = AssetMessage.assetId(transfer.originChainId, transfer.originToken);
            owed[keccak256(abi.encode(asset, recipient))] += amount;
            emit ListedOwed(asset, recipient, amount, sourceChainId, messageHash);
        }
    }

    function _markRefunded(
        MessageInclusionProof calldata sent,
        bytes32 messageHash,
        uint256 destinationChainId,
        uint256[] calldata refused
    ) private {
        if (isDelivered(block.chainid, messageHash)) revert AlreadyRefunded(messageHash);
        _requireIncluded(sent);
        if (sent.proof.length <= REFUSED) revert FactNotEnough(sent.chainId, sent.l1BatchNumber);
        _requireRefused(destinationChainId, sent.proof[REFUSED], refused);
        delivered[keccak256(abi.encode(block.chainid, messageHash))] = true;
    }

    function _requireSentLater(uint256 firstTimestamp) private view {
        if (firstTimestamp <= CONTEXT.bornAt()) revert SentBeforeChain(firstTimestamp, CONTEXT.bornAt());
    }

    /// @dev The handler owes what it receives to a bundle, the router to a list; an amount that belongs to none would be lost.
    function _requireAccount(address recipient) private view {
        bool isProtocols = recipient == Predeploys.INTEROP_HANDLER || recipient == address(this);
        if (isProtocols) revert RecipientNotAllowed(recipient);
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
        // L1 left it to the chain that sent it; a delivery here could never be executed there. No validator accepts a fact about a
        // batch from before the chain's creation, and L1 has none for this chain.
        if (sent.proof.length > FIRST_TIMESTAMP) _requireSentLater(uint256(sent.proof[FIRST_TIMESTAMP]));
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
            }),
            0
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
