// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Which chains are cursed, as CCIP's pools and ramps ask it
/// @notice While a chain is cursed, nothing is sent to it from here, nothing that came from it is executed here, and its tokens do not
/// move.
/// @dev Trusted: the operator, for the delivery of messages. It takes nothing and has nothing accepted.
interface ICcipRmn {
    event Cursed(bytes16[] subjects);
    event Uncursed(bytes16[] subjects);

    error NotTheOperator(address operator, address caller);
    error AlreadyCursed(bytes16 subject);
    error NotCursed(bytes16 subject);

    /// @notice The operator. A subject is a chain's selector.
    function curse(bytes16 subject) external;

    /// @notice The operator.
    function uncurse(bytes16 subject) external;

    function isCursed(bytes16 subject) external view returns (bool);

    /// @notice Whether all chains are: never here.
    function isCursed() external pure returns (bool);
}
