// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title L2 addresses of L1 senders
/// @notice An L1 contract's operations come from its address plus an offset, because another contract may have its address
/// on L2. An account whose transaction this is keeps its address: its key is the same everywhere.
library AddressAlias {
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);

    /// @dev EIP-7702's designator: such code speaks for an account with a key.
    bytes3 private constant DELEGATION = 0xef0100;
    uint256 private constant DELEGATION_LENGTH = 23;

    function aliased(address l1Contract) internal pure returns (address) {
        // Wraps around by definition of the alias.
        unchecked {
            return address(uint160(l1Contract) + OFFSET);
        }
    }

    /// @notice Who an operation comes from.
    function l2Sender(address sender) internal view returns (address) {
        return sender == tx.origin ? sender : aliased(sender);
    }

    /// @notice Who gets an operation's refund: the sender where none is given; a contract's refund goes to its alias, since
    /// no account may have its address on L2.
    function refundRecipient(address recipient, address sender) internal view returns (address) {
        if (recipient == address(0)) recipient = sender;
        return isContract(recipient) ? aliased(recipient) : recipient;
    }

    /// @notice Where the caller of a request is on L2: a contract at its alias, also one that calls from its constructor and has no code
    /// yet.
    function ofCaller(address caller) internal view returns (address) {
        return isContract(caller) || isInConstructor(caller) ? aliased(caller) : caller;
    }

    /// @notice Whether a caller is a contract in the making.
    function isInConstructor(address caller) internal view returns (bool) {
        return caller != tx.origin && caller.code.length == 0;
    }

    /// @notice Whether an account has code of its own, rather than a delegation to another's.
    function isContract(address account) internal view returns (bool) {
        uint256 length = account.code.length;
        if (length != DELEGATION_LENGTH) return length != 0;
        return bytes3(account.code) != DELEGATION;
    }
}
