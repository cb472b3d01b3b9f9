// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {L2Message} from "../types/L2Transactions.sol";
import {IReentrancyGuard} from "./IReentrancyGuard.sol";
import {IRestrictedCallers} from "./l2/IRestrictedCallers.sol";

/// @title Calls that senders on chains make here
/// @notice A sender on a chain names by a message to L1 the contract to call. After the message's batch is
/// executed here, any account executes the call, through the sender's account here. L1CallMessage has the
/// message's layout.
/// @dev Not one of the ecosystem's contracts, none of which calls it: a fault here can lose only these
/// accounts' assets. Trusted: the factory. If it says that a chain sent what it did not, the account of that
/// sender is anyone's; so a chain whose quorum lies can act for its senders here, as it can take what they
/// have on it.
interface IChainAccounts is IReentrancyGuard {
    event AccountOpened(uint256 indexed chainId, address indexed sender, address account);
    event CallExecuted(address indexed account, uint256 indexed batchNumber, uint256 indexed index, bytes32 messageHash);
    event OwnCallExecuted(address indexed account, address indexed to, uint256 value);
    event CallCanceled(address indexed account, uint256 indexed batchNumber, uint256 indexed index);

    error MessageTooShort(uint256 expected, uint256 actual);
    /// @notice The message is not a call, or is one for another L1, another ecosystem or another version of
    /// this contract.
    error NotACallHere(bytes32 expected, bytes32 actual);
    error CallExpired(uint256 lastSecond, uint256 actual);
    /// @notice No executed batch of the chain has this message of this sender at this place.
    error CallNotProven(uint256 chainId, uint256 batchNumber, uint256 index);
    /// @notice The call was executed, or its sender has canceled it.
    error CallClosed(address account, uint256 batchNumber, uint256 index);
    /// @notice While a chain runs, only messages of its senders move their accounts here: there may be rules for those.
    error ChainNotStopped(uint256 chainId);

    /// @notice Makes the call of a message from the account of its sender. Anyone, until the message's last second. A call that
    /// reverts, with CallFailed, changes nothing and can be tried again: later, or with more gas. Equal messages are calls each.
    /// @dev The caller chooses the moment, the order of several calls, the gas above what the message names, and what else its
    /// transaction does around the call. A call whose outcome depends on those has to bound it itself, as a swap by its minimum.
    /// @param index In the batch's log tree.
    function execute(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external returns (bytes memory result);

    /// @notice Makes a call from the caller's own account of a chain that has stopped, so that nothing stays in it. The caller is the account
    /// that could have sent the chain's queue an operation as the sender: itself by its key, or a contract for its alias, as in IStateExit.
    function executeAfterExit(uint256 chainId, address to, uint256 value, bytes calldata data)
        external
        returns (bytes memory result);

    /// @notice Closes a call of the caller's, so that it can no longer be executed: of an account here, by
    /// another call of its sender.
    function cancel(uint256 batchNumber, uint256 index) external;

    /// @notice Whether a call was executed or canceled.
    function isClosed(address account, uint256 batchNumber, uint256 index) external view returns (bool);

    /// @notice The account of a sender on a chain, whether or not its contract exists yet.
    function accountOf(uint256 chainId, address sender) external view returns (address account);
}

/// @title The account here of one sender on one chain
/// @notice Is the caller that called contracts see, and may hold coins and tokens, which only its sender's calls move.
interface IChainAccount is IRestrictedCallers {
    /// @notice The call would get less gas than its message names.
    error NotEnoughGas(uint256 expected, uint256 actual);
    /// @notice The call pays with what the account has here: the sender withdraws it to the account first.
    error BalanceTooLow(uint256 expected, uint256 actual);
    /// @notice A call with calldata would succeed here and do nothing.
    error NoContract(address to);
    error CallFailed(bytes revertData);

    /// @notice Calls with at least `gas` gas. Only IChainAccounts.
    function execute(address to, uint256 value, uint256 gas, bytes memory data) external returns (bytes memory result);
}
