// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BridgehubL2TransactionRequest, L2CanonicalTransaction} from "../types/L2Transactions.sol";
import {IFactoryCaller} from "./IFactoryCaller.sol";

/// @notice An operation in the queue.
/// @param hash Its canonical hash.
/// @param deadline Seconds, with 32 binary digits behind the point.
/// @param payer The account that paid its base token and gets it back if the chain stops before it runs.
struct QueuedOperation {
    bytes32 hash;
    uint96 deadline;
    address payer;
}

/// @title A chain's queue of operations from L1
/// @notice Operations are taken in order. An operation's deadline is `now + window`, or later if operations
/// before it that are not executed ask for so much gas that the sequencer needs the time: a flood cannot make
/// everything due at once, it only queues behind itself, and what comes after it has been executed does not
/// wait for it. Each counts for its gas and `OVERHEAD_GAS`, at the chain's `priorityGasPerSecond`, whose
/// bounds follow from what the worst operations take to run twice and to settle
/// (`npm run -s bench -- operations`).
///
/// An operation that mints nothing and asks for little gas is free: its price on L2 is 0, and the base token
/// is not touched. Little is `MAX_FREE_GAS`; for the asset router's `withdraw` what that takes
/// (`MAX_FREE_WITHDRAWAL_GAS`); for what the bridge itself sends, and for deliveries of what another chain
/// sent and refunds of what L1 refused, what a delivery takes (`MAX_FREE_DELIVERY_GAS`). So a base token that
/// is paused, refuses the sender or cannot be had keeps no other asset on the chain, and the exit of a halted
/// chain opens without it. What keeps others from a flood of such operations is what they cost on L1: as much
/// as the operator pays to publish the worst that they can do. A free operation that calls address 0 without
/// data, a *knock*, passes any filter: it does nothing, but it has a deadline.
/// @dev A batch that takes no operation is refused if its last block is not before the oldest's deadline, or
/// if L1's own clock is past deadline + window. The exit opens at deadline + window + `exitDelay` if the
/// oldest is not executed by then.
interface IPriorityQueue is IFactoryCaller {
    /// @notice ZK Stack's event of a new operation.
    event NewPriorityRequest(
        uint256 txId,
        bytes32 txHash,
        uint64 expirationTimestamp,
        L2CanonicalTransaction transaction,
        bytes[] factoryDeps
    );
    event NewPriorityRequestId(uint256 indexed txId, bytes32 indexed txHash);

    error TransactionNotAllowed(address sender);
    error FactoryDepsUnsupported(uint256 count);
    error GasLimitTooLow(uint256 lowest, uint256 actual);
    /// @notice The gas limit exceeds the maximum: name at most `highest`.
    error GasLimitTooHigh(uint256 highest, uint256 actual);
    error CalldataTooLong(uint256 highest, uint256 actual);
    error MintValueTooLow(uint256 expected, uint256 actual);
    error OperationUnknown(uint256 index, bytes32 expected, bytes32 actual);

    /// @notice Maximum gas that an operation may request, unless the chain settles on a proven chain.
    function MAX_GAS() external view returns (uint256);

    /// @notice Maximum gas that an operation of a chain on a proven chain may request: its batch alone must fit a transaction's units there.
    function MAX_GAS_ON_PROVEN_CHAIN() external view returns (uint256);

    /// @notice Maximum gas of an operation that costs no base token.
    function MAX_FREE_GAS() external view returns (uint256);

    /// @notice Maximum gas of a call of the asset router that costs no base token.
    function MAX_FREE_WITHDRAWAL_GAS() external view returns (uint256);

    /// @notice Maximum gas of an operation of the bridge, and of a call of `IL2AssetRouter.deliver`, that
    /// costs no base token.
    function MAX_FREE_DELIVERY_GAS() external view returns (uint256);

    /// @notice Gas that is added to an operation's gas for deadlines and costs: its payout, return and
    /// conclusion. All charged and unused gas, including this, is refunded to the refund's recipient.
    function OVERHEAD_GAS() external view returns (uint256);

    /// @notice Queues an operation. Only the factory, which has taken the base token.
    /// @param payer The account that gets the base token back if the operation never runs.
    /// @return canonicalTxHash keccak256 of the ABI-encoded L2CanonicalTransaction.
    function bridgehubRequestL2Transaction(BridgehubL2TransactionRequest calldata request, address payer)
        external
        returns (bytes32 canonicalTxHash);

    /// @notice Base token that an operation must mint in addition to its value: its gas and `OVERHEAD_GAS`,
    /// at the chain's price.
    function l2TransactionBaseCost(uint256 gasPrice, uint256 l2GasLimit, uint256 l2GasPerPubdataByteLimit)
        external
        view
        returns (uint256);

    /// @notice Operations ever queued.
    function getTotalPriorityTxs() external view returns (uint256);

    /// @notice Operations of executed batches: the place of the oldest unexecuted one.
    function getFirstUnprocessedPriorityTx() external view returns (uint256);

    /// @notice Operations queued and not executed.
    function getPriorityQueueSize() external view returns (uint256);

    /// @notice An operation by its place; zeros where there is none.
    function priorityOperation(uint256 index) external view returns (QueuedOperation memory);
}
