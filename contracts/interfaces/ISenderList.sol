// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITransactionFilterer} from "./ITransactionFilterer.sol";

/// @title A chain's queue for named accounts alone
/// @notice Called by the chain's contract for each operation, except knocks and roots, which no filterer
/// keeps out. The accounts are fixed. No other account can put an operation into the queue: neither a
/// deposit, nor a call that the sequencer leaves out. The exit opens for all accounts when an operation of a
/// listed account, or a knock, is overdue.
/// @dev The sender is the account that calls on L1: for an account that calls through a contract it is that
/// contract.
interface ISenderList is ITransactionFilterer {
    error ListEmpty();

    function isListed(address account) external view returns (bool);
}
