// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @title The token that pays for gas
/// @notice Holds a reserve from genesis on. What is outside the reserve is backed on L1: deposits and arrivals from other
/// chains are paid out of it, withdrawals and departures return to it. Paying out is an ordinary transfer, so no balance
/// ever changes but by a transaction.
interface IL2BaseToken is IRestrictedCallers {
    event Mint(address indexed account, uint256 amount);
    event Withdrawal(address indexed l2Sender, address indexed l1Receiver, uint256 amount);
    event WithdrawalWithMessage(address indexed l2Sender, address indexed l1Receiver, uint256 amount, bytes additionalData);

    /// @notice More than the chain ever received. Only coins that came from nowhere (a development chain's prefunded
    /// accounts or state cheats) can be unbacked; withdrawing them would make the batch impossible to execute.
    error UnbackedWithdrawal(uint256 backed, uint256 requested);
    error ReserveExhausted(uint256 reserve, uint256 requested);
    error NothingToWithdraw();
    error ZeroRecipient();

    /// @notice Pays out of the reserve. Only the bootloader, for deposits, fees and refunds of priority
    /// operations, without running any code of the recipient, and the native token vault, for arrivals from
    /// other chains, with 2,300 gas for it. Arrivals leave half of the reserve to deposits, of which L1 takes
    /// no more than that: a deposit's payout never fails, or the chain would halt.
    /// @dev The bootloader is trusted to pay what L1 holds for the chain: the quorum attests it, and a quorum
    /// that lies can only drain its chain's assets on L1.
    function payout(address to, uint256 amount) external;

    /// @notice Pays the entries of a list out of the reserve, as arrivals. Only the native token vault.
    /// @dev It runs no code of theirs: one whose code no proof covers would keep an operation of L1's queue from delivering the others.
    /// @param entries Recipient (20) ‖ amount (12) each.
    function payListed(bytes32[] calldata entries) external;

    /// @notice Takes coins that leave for another chain; they must be backed. Only the native token vault.
    function burn() external payable;

    /// @notice Takes coins back for nothing. Anyone; meant for the asset router, whose lists leave with their batch, and for the
    /// sequencer, which returns a failed priority operation's value from its sender and pays the refund out of the reserve, so that no recipient's code can make the refund fail.
    function returnToReserve() external payable;

    /// @notice Withdraws the attached value to a receiver on L1.
    function withdraw(address l1Receiver) external payable;

    /// @notice Withdraws likewise and leaves a second message, from the caller, for a contract on L1.
    /// @param additionalData Sent as `abi.encode(keccak256 of the withdrawal's asset message, caller,
    /// additionalData)` in a separate message, from the interop center, because asset messages have a fixed
    /// width.
    function withdrawWithMessage(address l1Receiver, bytes calldata additionalData) external payable;

    /// @notice Amount outside the reserve.
    function totalSupply() external view returns (uint256);

    /// @notice Balance of the account whose address this is.
    function balanceOf(uint256 account) external view returns (uint256);

    /// @notice Withdrawals so far; the nonce of the next one.
    function withdrawalCount() external view returns (uint256);
}
