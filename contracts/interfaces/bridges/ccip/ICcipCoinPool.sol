// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICcipPool} from "./ICcip.sol";

/// @title The pool of wrapped coins and of the fee token
/// @notice Locks what goes to another member, and pays what comes from one out of what it has. It begins with coins of the bridge's key, and
/// anyone may add to it; what it has leaves it by messages only. It belongs to no account.
/// @dev Trusted: its member's ramps, for what has arrived, and so each member that it pays for: one whose quorum lies takes all that is in it.
interface ICcipCoinPool is ICcipPool {
    event LockedOrBurned(uint64 indexed remoteChainSelector, address token, address sender, uint256 amount);
    event ReleasedOrMinted(
        uint64 indexed remoteChainSelector, address token, address sender, address recipient, uint256 amount
    );

    // As published.
    error CallerIsNotARampOnRouter(address caller);
    error InvalidToken(address token);
    error InvalidSourcePoolAddress(bytes sourcePoolAddress);
    /// @notice That member's coin is another one.
    error ChainNotAllowed(uint64 remoteChainSelector);

    // Ours.
    /// @notice The message waits until any account has sent the pool more of the token; coins become wrapped ones.
    error NotEnoughInPool(address token, uint256 amount, uint256 available);

    /// @notice Whether the member has the same coin, so that a wrapped one here is one there.
    function isSupportedChain(uint64 remoteChainSelector) external view returns (bool);

    function typeAndVersion() external pure returns (string memory);
}
