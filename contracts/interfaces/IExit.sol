// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {L2CanonicalTransaction} from "../types/L2Transactions.sol";
import {TokenDeposit} from "./ISharedBridge.sol";

/// @title The way out of a chain that ignores its queue
/// @notice Opens when the oldest unexecuted operation is past its deadline by the exit delay. Any account may activate it;
/// then the chain stops for good, batches that are not executed are void, operations that never ran are paid back, and what
/// accounts hold in the last executed state is paid out on L1 (IStateExit).
interface IExit {
    event ExitActivated(uint256 totalBatchesExecuted, bytes32 stateRoot);

    error ExitNotOpen(uint256 opensAt, uint256 actual);
    error ChainNotExited();
    error OperationExecuted(uint256 index);

    /// @notice Stops the chain. Anyone, once the exit is open.
    function activateExit() external;

    /// @notice Pays the base token of an operation that never ran back to its payer. Anyone, after the exit was activated.
    function refundOperation(L2CanonicalTransaction calldata operation) external;

    /// @notice Pays the token deposit that an operation carried back to its depositor, if the operation never ran. Anyone, after
    /// the exit was activated; apart from the operation's base token, so that neither asset can hold the other back.
    /// @param index The operation's place in the queue.
    function refundDeposit(uint256 index, TokenDeposit calldata deposit) external;

    /// @notice When the exit opens, in seconds; the largest number while no operation waits.
    function exitOpensAt() external view returns (uint256);

    function exited() external view returns (bool);
}
