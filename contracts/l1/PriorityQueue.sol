// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriorityQueue, QueuedOperation} from "../interfaces/IPriorityQueue.sol";
import {QueueSettings} from "../interfaces/IChainSettings.sol";
import {ITransactionFilterer} from "../interfaces/ITransactionFilterer.sol";
import {IL2AssetRouter} from "../interfaces/l2/IL2AssetRouter.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {BridgehubL2TransactionRequest, L2CanonicalTransaction} from "../types/L2Transactions.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title A chain's queue of operations from L1
abstract contract PriorityQueue is HyperchainStorage, IPriorityQueue {
    uint256 internal constant PRIORITY_OPERATION_TYPE = 255;
    /// @inheritdoc IPriorityQueue
    /// @dev Any one operation then fits into a batch, whatever it does: one of 13 M gas can send 120 kB of messages, more than L1 takes.
    uint256 public constant MAX_GAS = 8_000_000;
    /// @inheritdoc IPriorityQueue
    /// @dev With the dearest contents that this gas buys, a commit there takes 1.12 million of the 1.3 million units of a transaction.
    uint256 public constant MAX_GAS_ON_PROVEN_CHAIN = 1_000_000;
    /// @inheritdoc IPriorityQueue
    /// @dev An approval takes 46,000. More would buy what costs the operator more to publish than the request costs on L1.
    uint256 public constant MAX_FREE_GAS = 100_000;
    /// @inheritdoc IPriorityQueue
    /// @dev A withdrawal takes 165,000, nearly all of it in a chain's own code.
    uint256 public constant MAX_FREE_WITHDRAWAL_GAS = 180_000;
    /// @inheritdoc IPriorityQueue
    /// @dev The delivery of an asset's first transfer takes 402,000. It, or the refund of a transfer that L1 refused, runs a chain's own
    /// code, on a message that was paid for.
    uint256 public constant MAX_FREE_DELIVERY_GAS = 500_000;
    /// @inheritdoc IPriorityQueue
    uint256 public constant OVERHEAD_GAS = 60_000;
    uint256 private constant MAX_CALLDATA = 32_768;
    bytes4 private constant WITHDRAW = bytes4(keccak256("withdraw(address,address,uint256)"));
    bytes4 private constant WITHDRAW_BY_ID = bytes4(keccak256("withdraw(bytes32,bytes)"));
    /// @dev Intrinsic gas, and EIP-7623's floor for a byte that is not zero.
    uint256 private constant MIN_GAS = 21_000;
    uint256 private constant MIN_GAS_PER_BYTE = 40;

    /// @dev The chain settles on another chain.
    bool private immutable isOnHyperchain;

    constructor() {
        isOnHyperchain = Predeploys.SYSTEM_CONTEXT.code.length != 0;
    }

    /// @inheritdoc IPriorityQueue
    function bridgehubRequestL2Transaction(BridgehubL2TransactionRequest calldata request, address payer)
        external
        onlyFactory
        whileRunning
        returns (bytes32 canonicalTxHash)
    {
        if (operationsQueued == 0) _requireBorn();
        QueueSettings memory current = settings.forQueue(chainId);
        if (_isFree(request)) current.l2GasPrice = 0;
        _checkRequest(request, current.l2GasPrice, _maxGas());
        address refundRecipient = AddressAlias.refundRecipient(request.refundRecipient, request.sender, chainId);
        _checkFilter(request, refundRecipient, current.transactionFilterer);

        uint256 index = operationsQueued;
        L2CanonicalTransaction memory operation = _operation(request, index, refundRecipient, current.l2GasPrice);
        canonicalTxHash = keccak256(abi.encode(operation));
        uint96 deadline = _deadlineOf(index, request.l2GasLimit, current);
        queue[index] = QueuedOperation({hash: canonicalTxHash, deadline: deadline, payer: payer});
        operationsQueued = uint64(index + 1);
        uint64 expiration = uint64(deadline >> DEADLINE_FRACTION);
        emit NewPriorityRequest(index, canonicalTxHash, expiration, operation, request.factoryDeps);
        emit NewPriorityRequestId(index, canonicalTxHash);
    }

    /// @inheritdoc IPriorityQueue
    function l2TransactionBaseCost(uint256, uint256 l2GasLimit, uint256) external view returns (uint256) {
        return settings.forQueue(chainId).l2GasPrice * (l2GasLimit + OVERHEAD_GAS);
    }

    /// @inheritdoc IPriorityQueue
    function getTotalPriorityTxs() external view returns (uint256) {
        return operationsQueued;
    }

    /// @inheritdoc IPriorityQueue
    function getFirstUnprocessedPriorityTx() external view returns (uint256) {
        return operationsExecuted;
    }

    /// @inheritdoc IPriorityQueue
    function getPriorityQueueSize() external view returns (uint256) {
        return operationsQueued - operationsExecuted;
    }

    /// @inheritdoc IPriorityQueue
    function priorityOperation(uint256 index) external view returns (QueuedOperation memory) {
        return queue[index];
    }

    /// @dev Whole seconds, rounded down.
    function _deadlineSeconds(uint256 index) internal view returns (uint256) {
        return queue[index].deadline >> DEADLINE_FRACTION;
    }

    function _deadlineOf(uint256 index, uint256 gasLimit, QueueSettings memory current) private view returns (uint96) {
        uint256 idle = (block.timestamp + current.priorityOpWindow) << DEADLINE_FRACTION;
        // A flood that has been executed delays no operation and no exit.
        if (index == operationsExecuted) return uint96(idle);
        uint256 seconds_ = ((gasLimit + OVERHEAD_GAS) << DEADLINE_FRACTION) / current.priorityGasPerSecond;
        uint256 afterPrevious = queue[index - 1].deadline + seconds_;
        // Seconds take 64 bits for longer than the sun will shine.
        return uint96(afterPrevious > idle ? afterPrevious : idle);
    }

    /// @dev A base token that cannot be had, because it is paused or refuses the sender, must not keep anyone's other assets.
    function _isFree(BridgehubL2TransactionRequest calldata request) private view returns (bool) {
        return request.mintValue == 0 && request.l2GasLimit <= _freeGas(request);
    }

    function _freeGas(BridgehubL2TransactionRequest calldata request) private view returns (uint256) {
        // Roots and deposits.
        if (request.sender == address(bridge)) return MAX_FREE_DELIVERY_GAS;
        if (request.contractL2 != Predeploys.ASSET_ROUTER) return MAX_FREE_GAS;
        if (request.l2Calldata.length < 4) return MAX_FREE_GAS;
        bytes4 selector = bytes4(request.l2Calldata);
        bool shows = selector == IL2AssetRouter.deliver.selector || selector == IL2AssetRouter.refundTransfer.selector;
        if (shows) return MAX_FREE_DELIVERY_GAS;
        // A withdrawal publishes nothing that a token of the chain does: none of those is withdrawn, so that it reverts.
        return selector == WITHDRAW || selector == WITHDRAW_BY_ID ? MAX_FREE_WITHDRAWAL_GAS : MAX_FREE_GAS;
    }

    /// @dev Does nothing on L2, so there is nothing to filter; but it must be answered, or the exit opens.
    function _isKnock(BridgehubL2TransactionRequest calldata request) private view returns (bool) {
        return _isFree(request) && request.contractL2 == address(0) && request.l2Calldata.length == 0;
    }

    /// @dev True for a root of the registry, which shows messages of other chains. The bridge sends nothing
    /// else to that contract.
    function _isRoot(BridgehubL2TransactionRequest calldata request) private view returns (bool) {
        return request.sender == address(bridge) && request.contractL2 == Predeploys.IMPORTED_ROOTS;
    }

    /// @dev All versions of a layer on a proven chain prove execution.
    function _maxGas() private view returns (uint256) {
        return isOnHyperchain && VersionNumber.isProven(executedVersion) ? MAX_GAS_ON_PROVEN_CHAIN : MAX_GAS;
    }

    function _checkRequest(BridgehubL2TransactionRequest calldata request, uint256 l2GasPrice, uint256 maxGas) private pure {
        if (request.factoryDeps.length != 0) revert FactoryDepsUnsupported(request.factoryDeps.length);
        uint256 length = request.l2Calldata.length;
        if (length > MAX_CALLDATA) revert CalldataTooLong(MAX_CALLDATA, length);
        uint256 lowest = MIN_GAS + MIN_GAS_PER_BYTE * length;
        if (request.l2GasLimit < lowest) revert GasLimitTooLow(lowest, request.l2GasLimit);
        if (request.l2GasLimit > maxGas) revert GasLimitTooHigh(maxGas, request.l2GasLimit);
        // The value alone first, so that no sum can overflow.
        if (request.mintValue < request.l2Value) revert MintValueTooLow(request.l2Value, request.mintValue);
        uint256 cost = l2GasPrice * (request.l2GasLimit + OVERHEAD_GAS);
        if (request.mintValue - request.l2Value < cost) {
            revert MintValueTooLow(cost + request.l2Value, request.mintValue);
        }
    }

    function _checkFilter(BridgehubL2TransactionRequest calldata request, address refundRecipient, address filterer)
        private
        view
    {
        if (filterer == address(0) || _isKnock(request) || _isRoot(request)) return;
        bool allowed = ITransactionFilterer(filterer).isTransactionAllowed(
            request.sender,
            request.contractL2,
            request.mintValue,
            request.l2Value,
            request.l2Calldata,
            refundRecipient
        );
        if (!allowed) revert TransactionNotAllowed(request.sender);
    }

    function _operation(
        BridgehubL2TransactionRequest calldata request,
        uint256 index,
        address refundRecipient,
        uint256 l2GasPrice
    ) private view returns (L2CanonicalTransaction memory operation) {
        operation.txType = PRIORITY_OPERATION_TYPE;
        operation.from = uint256(uint160(AddressAlias.l2Sender(request.sender, chainId)));
        operation.to = uint256(uint160(request.contractL2));
        operation.gasLimit = request.l2GasLimit;
        operation.gasPerPubdataByteLimit = request.l2GasPerPubdataByteLimit;
        operation.maxFeePerGas = l2GasPrice;
        operation.nonce = index;
        operation.value = request.l2Value;
        operation.reserved[0] = request.mintValue;
        operation.reserved[1] = uint256(uint160(refundRecipient));
        operation.reserved[2] = block.timestamp;
        operation.data = request.l2Calldata;
    }
}
