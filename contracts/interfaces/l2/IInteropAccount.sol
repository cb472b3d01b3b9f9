// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @title What an account of another chain owns and does here
/// @notice One account per (chain, address), at an address that follows from both. It makes the calls of that address's
/// bundles, and may hold tokens, which only such calls can move.
/// @dev As trustworthy as the quorum of the chain that the owner lives on: a quorum that lies can act for it.
interface IInteropAccount is IRestrictedCallers {
    /// @notice Makes a call with the attached value. Only the interop handler. Reverts with what the call reverts with.
    function execute(address to, bytes calldata data) external payable returns (bytes memory);
}
