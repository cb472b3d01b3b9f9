// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge, TokenDeposit} from "../interfaces/ISharedBridge.sol";
import {ITransactionRootRegistry} from "../interfaces/ITransactionRootRegistry.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ImportKinds} from "../libraries/ImportKinds.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {LogProof} from "../libraries/LogProof.sol";
import {RecordedHashes} from "../libraries/RecordedHashes.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {AssetFlow} from "../types/AssetFlow.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {
    FinalizeL1DepositParams,
    L2TransactionRequestDirect,
    L2TransactionRequestTwoBridgesInner
} from "../types/L2Transactions.sol";
import {AssetViews} from "./AssetViews.sol";

/// @title Vault and asset router of the ecosystem
/// @dev Guarded: tokens and recipients are hostile, and while one of them runs, nothing else here does.
contract SharedBridge is ISharedBridge, AssetViews, ReentrancyGuard {
    /// @dev Answer that identifies a second bridge (ZK Stack's value).
    bytes32 private constant TWO_BRIDGES_MAGIC_VALUE = bytes32(uint256(keccak256("TWO_BRIDGES_MAGIC_VALUE")) - 1);
    /// @dev Half of what a chain's reserve can pay out. The chain lets deliveries of other chains have the other half only, so that
    /// a deposit of a token that can be minted without limit never meets an empty reserve, at which the chain would halt.
    uint256 private constant MAX_BASE_TOKEN = 1 << 126;

    /// @dev Twice what a new root costs on L2.
    uint256 private constant IMPORT_GAS = 150_000;

    IChainFactory public immutable factory;
    /// @inheritdoc ISharedBridge
    address public immutable stateExit;

    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 assetId => uint256)) public chainBalance;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 assetId => uint256)) public claimPot;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 assetId => uint256)) public transit;
    /// @inheritdoc ISharedBridge
    mapping(uint256 sourceChainId => mapping(uint256 batchNumber => mapping(uint256 destinationChainId => bool))) public
        isRefused;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(uint256 batchNumber => mapping(uint256 messageIndex => bool))) public
        isWithdrawalFinalized;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 canonicalTxHash => bytes32)) public depositHappened;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 canonicalTxHash => bool)) public isRefunded;
    /// @inheritdoc ISharedBridge
    mapping(uint256 chainId => mapping(bytes32 canonicalTxHash => bool)) public isBaseTokenRefunded;

    constructor(IChainFactory factory_, address stateExit_) {
        factory = factory_;
        stateExit = stateExit_;
    }

    modifier onlyFactory() {
        if (msg.sender != address(factory)) revert OnlyFactory(address(factory), msg.sender);
        _;
    }

    modifier onlyChain(uint256 chainId) {
        address chain = factory.getHyperchain(chainId);
        if (msg.sender != chain) revert NotTheChain(chainId, chain, msg.sender);
        _;
    }

    modifier onlyStateExit() {
        if (msg.sender != stateExit) revert OnlyStateExit(stateExit, msg.sender);
        _;
    }

    /// @inheritdoc ISharedBridge
    function depositBaseToken(uint256 chainId, address token, address payer, uint256 amount)
        external
        payable
        nonReentrant
        onlyFactory
    {
        bytes32 id = _receive(chainId, token, payer, amount);
        uint256 total = chainBalance[chainId][id];
        if (total > MAX_BASE_TOKEN) revert BaseTokenLimitExceeded(MAX_BASE_TOKEN, total);
    }

    /// @inheritdoc ISharedBridge
    function bridgehubDeposit(uint256 chainId, address originalCaller, uint256 l2Value, bytes calldata data)
        external
        payable
        nonReentrant
        onlyFactory
        returns (L2TransactionRequestTwoBridgesInner memory request)
    {
        if (l2Value != 0) revert L2ValueNotZero(l2Value);
        (uint256 amount, address receiver, address token) = _decodeDeposit(data);
        if (receiver == address(0)) receiver = AddressAlias.ofCaller(originalCaller, chainId);
        if (token == _plain(factory.baseToken(chainId))) revert BaseTokenThroughSecondBridge(token);
        bytes32 id = _receive(chainId, token, originalCaller, amount);

        request.magicValue = TWO_BRIDGES_MAGIC_VALUE;
        request.l2Contract = AssetMessage.ASSET_ROUTER;
        request.l2Calldata = _depositCalldata(id, originalCaller, receiver, token, amount);
        request.txDataHash = RecordedHashes.deposit(originalCaller, token, amount);
        emit BridgehubDepositInitiated(chainId, request.txDataHash, originalCaller, id, data);
    }

    /// @inheritdoc ISharedBridge
    function bridgehubConfirmL2Transaction(uint256 chainId, bytes32 txDataHash, bytes32 txHash) external onlyFactory {
        depositHappened[chainId][txHash] = txDataHash;
        emit BridgehubDepositFinalized(chainId, txDataHash, txHash);
    }

    /// @inheritdoc ISharedBridge
    function applyFlows(uint256 chainId, uint256 batchNumber, uint256 firstTimestamp, AssetFlow[] calldata flows)
        external
        onlyChain(chainId)
        returns (uint256[] memory refused)
    {
        for (uint256 i = 0; i < flows.length; ++i) {
            AssetFlow calldata flow = flows[i];
            if (flow.kind == AssetMessage.HYPERBRIDGE_DELIVERY) _applyDelivery(chainId, flow);
        }
        uint256 count = 0;
        for (uint256 i = 0; i < flows.length; ++i) {
            AssetFlow calldata flow = flows[i];
            if (flow.kind == AssetMessage.HYPERBRIDGE_DELIVERY) continue;
            uint256 destination = flow.destinationChainId;
            if (flow.kind == AssetMessage.WITHDRAWAL || _existedBefore(destination, firstTimestamp)) {
                _applyOutflow(chainId, flow);
                continue;
            }
            if (isRefused[chainId][batchNumber][destination]) continue;
            isRefused[chainId][batchNumber][destination] = true;
            // Most batches have none, and need no room for them.
            if (count == 0) refused = new uint256[](flows.length);
            refused[count++] = destination;
        }
        // There are not more of them than flows; the empty array is where it was.
        if (count != 0) {
            assembly ("memory-safe") {
                mstore(refused, count)
            }
        }
    }

    /// @inheritdoc ISharedBridge
    function refundBaseToken(
        uint256 chainId,
        bytes32 canonicalTxHash,
        address baseToken,
        address payer,
        uint256 mintValue
    ) external nonReentrant onlyChain(chainId) {
        if (isBaseTokenRefunded[chainId][canonicalTxHash]) revert DepositAlreadyRefunded(canonicalTxHash);
        isBaseTokenRefunded[chainId][canonicalTxHash] = true;
        _refund(chainId, canonicalTxHash, payer, baseToken, mintValue);
    }

    /// @inheritdoc ISharedBridge
    function refundTokenDeposit(uint256 chainId, bytes32 canonicalTxHash, TokenDeposit calldata deposit)
        external
        nonReentrant
        onlyChain(chainId)
    {
        _refundDeposit(chainId, canonicalTxHash, deposit.depositor, deposit.token, deposit.amount);
    }

    /// @inheritdoc ISharedBridge
    function payHolding(uint256 chainId, address token, address recipient, uint256 amount)
        external
        nonReentrant
        onlyStateExit
    {
        _debit(chainId, assetId(token), amount);
        TokenTransfer.send(token, recipient, amount);
    }

    /// @inheritdoc ISharedBridge
    function payTransit(uint256 chainId, address token, address recipient, uint256 amount)
        external
        nonReentrant
        onlyStateExit
    {
        _debitTransit(chainId, assetId(token), amount);
        TokenTransfer.send(token, recipient, amount);
    }

    /// @inheritdoc ISharedBridge
    function sendRoot(uint256 chainId, uint256 rootIndex) external returns (bytes32 canonicalTxHash) {
        if (ImportKinds.kindOf(rootIndex) >= ImportKinds.FACT) revert NotARoot(rootIndex);
        bytes32 root = ITransactionRootRegistry(factory.messageRoot()).rootAt(rootIndex);
        // A statement that is not recorded.
        if (root == 0) revert NotARoot(rootIndex);
        L2TransactionRequestDirect memory request;
        request.chainId = chainId;
        request.l2Contract = Predeploys.IMPORTED_ROOTS;
        request.l2Calldata = abi.encodeCall(IImportedRoots.importRootFromL1, (rootIndex, root));
        request.l2GasLimit = IMPORT_GAS;
        return factory.requestL2TransactionDirect(request);
    }

    /// @inheritdoc ISharedBridge
    function finalizeDeposit(FinalizeL1DepositParams calldata params) external nonReentrant {
        (bool valid, AssetTransfer memory transfer) = AssetMessage.decode(params.message);
        if (!valid || transfer.kind != AssetMessage.WITHDRAWAL || transfer.destinationChainId != block.chainid) {
            revert NotAWithdrawal();
        }
        if (!AssetMessage.isAssetSender(params.l2Sender)) revert NotAnAssetSender(params.l2Sender);
        if (transfer.originChainId != block.chainid) revert AssetNotOnL1(transfer.originChainId, transfer.originToken);
        (uint256 chainId, uint256 batch, uint256 index) = (params.chainId, params.l2BatchNumber, params.l2MessageIndex);
        bytes32 leaf = L2LogTree.messageLeaf(params.l2Sender, keccak256(params.message));
        _requireIncluded(chainId, batch, leaf, index, params.merkleProof);
        if (isWithdrawalFinalized[chainId][batch][index]) revert WithdrawalAlreadyFinalized(chainId, batch, index);
        isWithdrawalFinalized[chainId][batch][index] = true;

        address token = _plain(transfer.originToken);
        bytes32 id = assetId(token);
        uint256 pot = claimPot[chainId][id];
        if (transfer.amount > pot) revert ClaimPotOverdraft(chainId, id, pot, transfer.amount);
        claimPot[chainId][id] = pot - transfer.amount;
        emit WithdrawalClaimed(chainId, batch, index, transfer.recipient, token, transfer.amount);
        TokenTransfer.send(token, transfer.recipient, transfer.amount);
    }

    /// @inheritdoc ISharedBridge
    function bridgeRecoverFailedTransfer(
        uint256 chainId,
        address depositSender,
        bytes32 id,
        bytes calldata assetData,
        bytes32 l2TxHash,
        uint256 l2BatchNumber,
        uint256 l2MessageIndex,
        uint16,
        bytes32[] calldata merkleProof
    ) external nonReentrant {
        _requireIncluded(
            chainId, l2BatchNumber, L2LogTree.priorityOpLeaf(l2TxHash, false), l2MessageIndex, merkleProof
        );
        (uint256 amount, address token) = _decodeAssetData(assetData);
        if (assetId(token) != id) revert UnknownAsset(assetId(token), id);
        _refundDeposit(chainId, l2TxHash, depositSender, token, amount);
    }

    /// @notice The factory under the name that ZK Stack's clients use.
    function BRIDGE_HUB() external view returns (address) {
        return address(factory);
    }

    function _receive(uint256 chainId, address token, address payer, uint256 amount) private returns (bytes32 id) {
        if (amount > AssetMessage.MAX_AMOUNT) revert AmountTooLarge(AssetMessage.MAX_AMOUNT, amount);
        uint256 expectedEther = token == address(0) ? amount : 0;
        if (msg.value != expectedEther) revert EtherAmountMismatch(expectedEther, msg.value);
        id = _registerAsset(token);
        chainBalance[chainId][id] += amount;
        emit DepositReceived(chainId, payer, token, amount);
        if (token != address(0)) {
            uint256 received = TokenTransfer.pull(token, payer, amount);
            if (received != amount) revert TokenAmountMismatch(amount, received);
        }
    }

    function _applyDelivery(uint256 chainId, AssetFlow calldata flow) private {
        bytes32 id = AssetMessage.assetId(flow.originChainId, flow.originToken);
        _debitTransit(chainId, id, flow.amount);
        if (flow.originChainId != chainId) chainBalance[chainId][id] += flow.amount;
        emit FlowApplied(chainId, flow.kind, id, chainId, flow.amount);
    }

    function _applyOutflow(uint256 chainId, AssetFlow calldata flow) private {
        bytes32 id = AssetMessage.assetId(flow.originChainId, flow.originToken);
        // The chain itself issues assets that originate there.
        if (flow.originChainId != chainId) _debit(chainId, id, flow.amount);
        if (flow.kind == AssetMessage.WITHDRAWAL) {
            claimPot[chainId][id] += flow.amount;
        } else {
            transit[flow.destinationChainId][id] += flow.amount;
        }
        emit FlowApplied(chainId, flow.kind, id, flow.destinationChainId, flow.amount);
    }

    /// @dev The batch's first block is the earliest that anything in it was sent. The chain that gets it must have been there by then:
    /// its creator could have seen the transfer otherwise. A batch that is executed before a chain is created cannot have begun after it,
    /// so that the chain, which knows both times, judges alike.
    function _existedBefore(uint256 chainId, uint256 time) private view returns (bool) {
        uint256 bornAt = factory.bornAt(chainId);
        return bornAt != 0 && bornAt < time;
    }

    function _debit(uint256 chainId, bytes32 id, uint256 amount) private {
        uint256 available = chainBalance[chainId][id];
        if (amount > available) revert BalanceOverdraft(chainId, id, available, amount);
        chainBalance[chainId][id] = available - amount;
    }

    function _debitTransit(uint256 chainId, bytes32 id, uint256 amount) private {
        uint256 available = transit[chainId][id];
        if (amount > available) revert TransitOverdraft(chainId, id, available, amount);
        transit[chainId][id] = available - amount;
    }

    /// @dev A token deposit, once.
    function _refundDeposit(
        uint256 chainId,
        bytes32 canonicalTxHash,
        address depositor,
        address token,
        uint256 amount
    ) private {
        bytes32 recorded = depositHappened[chainId][canonicalTxHash];
        bytes32 shown = RecordedHashes.deposit(depositor, token, amount);
        if (shown != recorded) revert DepositUnknown(recorded, shown);
        if (isRefunded[chainId][canonicalTxHash]) revert DepositAlreadyRefunded(canonicalTxHash);
        isRefunded[chainId][canonicalTxHash] = true;
        _refund(chainId, canonicalTxHash, depositor, token, amount);
    }

    /// @dev Pays out of the chain's balance.
    function _refund(uint256 chainId, bytes32 canonicalTxHash, address recipient, address token, uint256 amount)
        private
    {
        _debit(chainId, assetId(token), amount);
        emit DepositRefunded(chainId, canonicalTxHash, recipient, token, amount);
        TokenTransfer.send(token, recipient, amount);
    }

    function _requireIncluded(
        uint256 chainId,
        uint256 batchNumber,
        bytes32 leaf,
        uint256 index,
        bytes32[] calldata proof
    ) private view {
        address chain = factory.getHyperchain(chainId);
        if (chain == address(0)) revert UnknownChain(chainId);
        bytes32 expected = IHyperchain(chain).l2LogsRootHash(batchNumber);
        if (expected == 0) revert BatchNotExecuted(chainId, batchNumber);
        bytes32 actual = LogProof.computeRoot(leaf, index, proof);
        if (actual != expected) revert LogNotIncluded(expected, actual);
    }

    /// @dev Both of ZK Stack's encodings; the older one begins with an address, hence with a zero byte.
    function _decodeDeposit(bytes calldata data)
        private
        view
        returns (uint256 amount, address receiver, address token)
    {
        if (data.length == 0) revert MalformedDepositData();
        if (data[0] != NEW_ENCODING) {
            (token, amount, receiver) = abi.decode(data, (address, uint256, address));
            return (amount, receiver, _plain(token));
        }
        (bytes32 id, bytes memory transferData) = abi.decode(data[1:], (bytes32, bytes));
        (amount, receiver, token) = abi.decode(transferData, (uint256, address, address));
        token = _plain(token);
        if (assetId(token) != id) revert UnknownAsset(assetId(token), id);
    }

    /// @dev Three words as in a deposit's request, or (sender, receiver, token, amount, metadata) in the form
    /// that the chain received.
    function _decodeAssetData(bytes calldata data) private pure returns (uint256 amount, address token) {
        if (data.length == 96) {
            (amount,, token) = abi.decode(data, (uint256, address, address));
        } else {
            (,, token, amount,) = abi.decode(data, (address, address, address, uint256, bytes));
        }
        token = _plain(token);
    }
}
