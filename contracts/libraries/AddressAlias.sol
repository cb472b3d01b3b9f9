// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChainAncestry} from "./ChainAncestry.sol";

/// @title Addresses that senders of a chain's settlement layer have on the chain
/// @notice A contract's operations come from its address plus an offset, because another contract may have its address on the
/// chain. An account whose transaction this is keeps its address: its key is the same everywhere.
/// @dev Each layer has a separate offset, which holds the id of the chain that is the layer (0 for L1). A contract of L1 acts on a
/// chain's chain too, by its alias on the chain between. With one offset for all, a contract that anyone put at the same address on that chain
/// would have the same alias there, and what the contract of L1 holds.
library AddressAlias {
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);
    /// @dev Position of the layer's id in the offset: between its ones.
    uint256 private constant LAYER_SHIFT = 16;

    /// @dev EIP-7702's designator: such code represents an account with a key.
    bytes3 private constant DELEGATION = 0xef0100;
    uint256 private constant DELEGATION_LENGTH = 23;

    /// @notice Address on the chain of a contract of the layer on which the chain settles.
    function aliased(address contract_, uint256 chainId) internal pure returns (address) {
        // Wraps around by definition of the alias.
        unchecked {
            return address(uint160(contract_) + OFFSET + uint160(ChainAncestry.parentOf(chainId) << LAYER_SHIFT));
        }
    }

    /// @notice The sender of an operation of the chain.
    function l2Sender(address sender, uint256 chainId) internal view returns (address) {
        return sender == tx.origin ? sender : aliased(sender, chainId);
    }

    /// @notice The account that gets an operation's refund: the sender where none is given; a contract's refund goes to its alias, since
    /// no account may have its address on L2.
    function refundRecipient(address recipient, address sender, uint256 chainId) internal view returns (address) {
        if (recipient == address(0)) recipient = sender;
        return isContract(recipient) ? aliased(recipient, chainId) : recipient;
    }

    /// @notice Address on the chain of a request's caller: a contract's is its alias, also if it calls from its constructor and
    /// has no code yet.
    function ofCaller(address caller, uint256 chainId) internal view returns (address) {
        return isContract(caller) || isInConstructor(caller) ? aliased(caller, chainId) : caller;
    }

    /// @notice Whether a caller is a contract that is being created.
    function isInConstructor(address caller) internal view returns (bool) {
        return caller != tx.origin && caller.code.length == 0;
    }

    /// @notice Whether an account has code, rather than a delegation to another account's.
    function isContract(address account) internal view returns (bool) {
        uint256 length = account.code.length;
        if (length != DELEGATION_LENGTH) return length != 0;
        return bytes3(account.code) != DELEGATION;
    }
}
