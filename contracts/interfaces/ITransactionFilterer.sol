// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Which operations may enter a chain's priority queue (ZK Stack's shape)
/// @dev Chosen when a chain is created; users accept it by using the chain. One that lies censors the queue, and keeps the exit
/// shut: only an operation that waits in the queue opens it.
interface ITransactionFilterer {
    function isTransactionAllowed(
        address sender,
        address contractL2,
        uint256 mintValue,
        uint256 l2Value,
        bytes calldata l2Calldata,
        address refundRecipient
    ) external view returns (bool);
}
