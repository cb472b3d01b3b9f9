// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Prices of queued operations' gas, in the base token's smallest unit
library GasPrices {
    uint256 private constant LOWEST = 1;
    /// @dev The largest operation then costs at most 8 of a token with 18 decimals.
    uint256 private constant HIGHEST = 1e12;

    /// @notice No price, or one at which the queue, and with it the exit, is out of reach.
    error L2GasPriceOutOfRange(uint256 lowest, uint256 highest, uint256 actual);

    function requireInRange(uint256 price) internal pure {
        if (price < LOWEST || price > HIGHEST) revert L2GasPriceOutOfRange(LOWEST, HIGHEST, price);
    }
}
