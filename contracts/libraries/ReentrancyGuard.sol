// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IReentrancyGuard} from "../interfaces/IReentrancyGuard.sol";

/// @title The one guard of both halves
/// @notice Guarded functions of a contract exclude one another. The mark is in transient storage: it costs no slot, and no
/// transaction begins with it set.
abstract contract ReentrancyGuard is IReentrancyGuard {
    /// @dev A part of a function is guarded by setting it in place: a separate function would cost 43 gas more.
    bool internal transient entered;

    modifier nonReentrant() {
        if (entered) revert Reentered();
        entered = true;
        _;
        entered = false;
    }
}
