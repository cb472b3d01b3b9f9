// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The KoalaBear prime field
library KoalaBear {
    /// @notice The modulus, 2^31 - 2^24 + 1.
    uint256 internal constant P = 0x7f000001;
}
