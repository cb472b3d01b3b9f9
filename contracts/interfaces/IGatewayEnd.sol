// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC7786GatewaySource} from "./l2/IERC7786.sol";

/// @title One end of the ERC-7786 gateway between a chain and what it settles on
/// @notice Each end sends messages to contracts behind the other, and is what calls `receiveMessage` of those
/// on its own side. So contracts that must send and receive through one gateway, as OpenZeppelin's
/// CrosschainLinked, are linked to the end on their side. Any account may send; the attribute `gasLimit` says
/// with how much gas at least the recipient is called (default 1,000,000, at most 5,000,000). A message
/// carries no value.
/// @dev Not one of the contracts of ecosystem and chain, none of which calls it. An end calls nothing but
/// `receiveMessage`, and holds nothing.
interface IGatewayEnd is IERC7786GatewaySource {
    event MessageDelivered(bytes32 indexed receiveId, address indexed recipient);

    error UnsupportedNativeTransfer();
    error InvalidRecipient(bytes recipient);
    error GasLimitTooHigh(uint256 limit, uint256 actual);
    error MessageTooShort(uint256 expected, uint256 actual);
    /// @notice No message, or one for another end.
    error NotAMessageHere(bytes32 expected, bytes32 actual);
    error MessageDeliveredBefore(bytes32 receiveId);
    /// @notice The recipient would get less gas than the message names.
    error NotEnoughGas(uint256 required, uint256 actual);
    /// @notice The recipient reverted. The message can be delivered later, or with more gas.
    error RecipientFailed(bytes revertData);
    /// @notice The recipient has not answered as one of messages does. An account without code does not either.
    error NotAcknowledged(address recipient, bytes4 answer);

    /// @notice The other end: the same on each chain of one factory.
    function counterpart() external view returns (address);

    /// @notice Whether a message from the other end has reached its recipient here.
    function isDelivered(bytes32 receiveId) external view returns (bool);
}
