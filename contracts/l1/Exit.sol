// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {IExit} from "../interfaces/IExit.sol";
import {TokenDeposit} from "../interfaces/ISharedBridge.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {L2CanonicalTransaction} from "../types/L2Transactions.sol";
import {BatchRecords} from "./BatchRecords.sol";
import {PriorityQueue} from "./PriorityQueue.sol";

/// @title The way out of a chain that ignores its queue
abstract contract Exit is BatchRecords, PriorityQueue, IExit {
    /// @inheritdoc IExit
    function activateExit() external whileRunning {
        uint256 opensAt = exitOpensAt();
        if (block.timestamp <= opensAt) revert ExitNotOpen(opensAt, block.timestamp);
        hasExited = true;
        batchesCommitted = batchesExecuted;
        batchesVerified = batchesExecuted;
        emit IBatchCommits.BlocksRevert(batchesCommitted, batchesVerified, batchesExecuted);
        emit ExitActivated(batchesExecuted, stateRoot);
        roots.append(chainId, batchesExecuted, 0, _recordOfMark());
    }

    /// @inheritdoc IExit
    function refundOperation(L2CanonicalTransaction calldata operation) external {
        uint256 index = operation.nonce;
        bytes32 actual = keccak256(abi.encode(operation));
        if (actual != queue[index].hash) revert OperationUnknown(index, queue[index].hash, actual);
        _requireNeverRun(index);
        bridge.refundBaseToken(
            chainId,
            actual,
            baseToken == AssetMessage.NATIVE_COIN ? address(0) : baseToken,
            queue[index].payer,
            operation.reserved[0]
        );
    }

    /// @inheritdoc IExit
    function refundDeposit(uint256 index, TokenDeposit calldata deposit) external {
        _requireNeverRun(index);
        bridge.refundTokenDeposit(chainId, queue[index].hash, deposit);
    }

    /// @inheritdoc IExit
    function exitOpensAt() public view returns (uint256) {
        if (operationsExecuted == operationsQueued) return type(uint256).max;
        return _deadlineSeconds(operationsExecuted) + settings.exitAfterDeadline(chainId);
    }

    /// @inheritdoc IExit
    function exited() external view returns (bool) {
        return hasExited;
    }

    function _requireNeverRun(uint256 index) private view {
        if (!hasExited) revert ChainNotExited();
        if (index < operationsExecuted) revert OperationExecuted(index);
    }
}
