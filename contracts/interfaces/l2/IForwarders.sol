// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FinalizeL1DepositParams} from "../../types/L2Transactions.sol";
import {IReentrancyGuard} from "../IReentrancyGuard.sol";
import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @notice Terms by which a forwarder sends on its assets. Base token is 0x800a.
/// @param to The recipient and its chain (ERC-7930): L1, a sibling of this chain, a chain that settles on
/// this one; or this chain or L1 itself, for a withdrawal that pays the account that claims it.
/// @param factory The factory of the chains that settle on this one, where the recipient's does; else zero.
/// @param refundTo Gets back, on this chain, what cannot be sent on, and may take all at any time: for a
/// withdrawal that is to be its recipient's once it was sent, the recipient. A chain that settles here pays
/// unused gas to it.
/// @param token What is forwarded, and what the fee is paid in.
/// @param fee For the account that has it sent on, in units of `token`.
struct Forwarding {
    bytes to;
    address factory;
    address refundTo;
    address token;
    uint256 fee;
}

/// @title Accounts that send on all that they receive
/// @notice What takes two hops, such as from a chain on a chain to L1, is sent to a forwarder's address on
/// the chain between. The address follows from where the money goes: it needs no contract to receive, and
/// whichever account creates that contract or calls it, all goes to the one recipient, or back to `refundTo`.
/// On L1 it takes only withdrawals with recipients on L1.
/// @dev No owner, no storage. Trusted: this chain, and `factory`, which the sender names and which takes what
/// is sent to its chains; a false one can take that forwarder's money, and no other's. A token's own code can
/// keep it from leaving. Tokens that take a fee are refunded.
interface IForwarders is IReentrancyGuard {
    event ForwarderOpened(address indexed forwarder, Forwarding forwarding);

    /// @notice The forwarder can send it on, so it is not refunded to a stranger's call.
    error CanBeForwarded(address forwarder, address token);
    /// @notice Others than `refundTo` must call from an account without code, so that no contract makes it fail around the call.
    error CallerHasCode(address caller);

    /// @notice Sends on what the forwarder has of a token, less the fee, which the caller gets if it is the forwarding's token.
    /// Anyone.
    /// @return amount What was sent on.
    function forward(Forwarding calldata forwarding, address token) external returns (uint256 amount);

    /// @notice Claims a withdrawal for the forwarder from the bridge of the chains that settle here, and
    /// sends it on: the account that brings the proof gets the fee, and no other can take it between the two.
    /// Anyone.
    /// @param bridge Trusted with nothing: it is called with the withdrawal alone.
    function claimAndForward(
        address bridge,
        FinalizeL1DepositParams calldata withdrawal,
        Forwarding calldata forwarding,
        address token
    ) external returns (uint256 amount);

    /// @notice Pays what the forwarder has of a token to `refundTo`, on this chain. `refundTo` may at any time; any account
    /// without code may where sending it on fails with 1,000,000 gas, and gets the fee for that, if there is more than the fee.
    /// @return amount What was paid.
    function refund(Forwarding calldata forwarding, address token) external returns (uint256 amount);

    /// @notice Address to which the money is sent, whether or not the contract exists yet.
    function forwarderOf(Forwarding calldata forwarding) external view returns (address forwarder);
}

/// @title What is on its way to one recipient
interface IForwarder is IRestrictedCallers {
    event Forwarded(address indexed token, uint256 amount, uint256 fee);
    event Refunded(address indexed token, uint256 amount, uint256 fee);

    /// @notice The token's balance does not exceed the fee.
    error NothingToForward(uint256 fee, uint256 balance);
    /// @notice The amount does not pay the gas that the recipient's chain asks for in its queue.
    error LessThanQueueCost(uint256 cost, uint256 amount);
    error RecipientNotAllowed(address recipient);
    error ApprovalFailed(address token);

    /// @notice Implements `IForwarders.forward`. Only from there.
    /// @param payee Gets the fee.
    function forward(Forwarding calldata forwarding, address token, address payee) external returns (uint256 amount);

    /// @notice Implements `IForwarders.refund`, which has checked the permission. Only from there.
    function refund(Forwarding calldata forwarding, address token, address payee) external returns (uint256 amount);
}
