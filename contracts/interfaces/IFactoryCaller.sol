// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Functions that only the chains' factory may use
interface IFactoryCaller {
    /// @notice The function belongs to the factory. Nothing changed.
    error OnlyFactory(address expected, address actual);
}
