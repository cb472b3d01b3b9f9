// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Cursed chains, as CCIP's router, ramps and pools query them
/// @notice While a chain is cursed, nothing is sent to it from here, no message from it is executed here, and
/// its tokens do not move. The global subject, 0x01000000000000000000000000000001 as in CCIP, curses all
/// chains.
/// @dev Trusted: the operator, for the delivery of messages. It can take nothing, and no message is accepted
/// because of it.
interface ICcipRmn {
    event Cursed(bytes16[] subjects);
    event Uncursed(bytes16[] subjects);

    error NotTheOperator(address operator, address caller);
    error AlreadyCursed(bytes16 subject);
    error NotCursed(bytes16 subject);

    /// @notice Curses a chain by its selector, or all chains by the global subject. Called by the operator.
    function curse(bytes16 subject) external;

    /// @notice Ends a curse of this subject alone. Called by the operator.
    function uncurse(bytes16 subject) external;

    /// @notice True if the subject or the global subject is cursed.
    function isCursed(bytes16 subject) external view returns (bool);

    /// @notice True if the global subject is cursed.
    function isCursed() external view returns (bool);

    function getCursedSubjects() external view returns (bytes16[] memory subjects);
}
