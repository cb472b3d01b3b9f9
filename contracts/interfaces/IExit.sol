// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2CanonicalTransaction} from "../types/L2Transactions.sol";
import {TokenDeposit} from "./ISharedBridge.sol";

/// @title The way out of a chain that ignores its queue
/// @notice Opens when the oldest unexecuted operation is past its deadline by the exit delay. Whoever notices may activate it;
/// then the chain stops for good, batches that are not executed are void, and operations that never ran are paid back.
interface IExit {
    event ExitActivated(uint256 totalBatchesExecuted, bytes32 stateRoot);

    error ExitNotOpen(uint256 opensAt, uint256 actual);
    error ChainNotExited();
    error OperationExecuted(uint256 index);

    /// @notice Stops the chain. Anyone, once the exit is open.
    function activateExit() external;

    /// @notice Pays back an operation that never ran: its base token to whoever paid it, a token deposit to its depositor.
    /// Anyone, after the exit was activated.
    /// @param deposit Read only if the operation carries a deposit.
    function refundOperation(L2CanonicalTransaction calldata operation, TokenDeposit calldata deposit) external;

    /// @notice When the exit opens, in seconds; the largest number while no operation waits.
    function exitOpensAt() external view returns (uint256);

    function exited() external view returns (bool);
}
