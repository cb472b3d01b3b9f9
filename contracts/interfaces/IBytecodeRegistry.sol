// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChainCallers} from "./IChainCallers.sol";

/// @title Which bytecodes have been published in pubdata
/// @notice A flag per hash, shared by all chains and never unset. The bytes are in the own input of the transaction that
/// emitted the hash's event, which is a call of `commitBatches` by an account without code.
/// @dev Only chains' contracts report, for bytecodes that they read in a batch's pubdata themselves, whatever the chain's policy
/// is. Each runs the factory's implementation, so no caller's word is taken.
interface IBytecodeRegistry is IChainCallers {
    event BytecodePublished(bytes32 indexed hash, uint256 indexed chainId);

    error BytecodeNotPublished(bytes32 hash);

    /// @notice Flags `published`, then requires that all of `required` are flagged. Only the chain's own contract.
    function record(uint256 chainId, bytes32[] calldata published, bytes32[] calldata required) external;

    /// @notice Whether a bytecode with this hash has been published.
    function isPublished(bytes32 hash) external view returns (bool);
}
