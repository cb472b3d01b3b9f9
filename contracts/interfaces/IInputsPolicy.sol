// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title Inputs on L1 instead of changes
/// @notice Policy data is everything that executes a batch again: format (1 byte), then the batch's transactions, times
/// and imported roots (docs/protocol.md). Its hash is bound into the commitment. The bytes are on L1: in the input of the committing
/// transaction, or in the event `CommitCall` of the chain's contract.
/// @dev Format 1 is for batches that export no hash of their inputs. L1 executes nothing, so it does not check that these inputs lead to the
/// batch. The chain's validators compare that before they sign. A quorum that lies can publish inputs of another batch; its chain can
/// then not be rebuilt, and can still not steal, because the proof covers the changes.
/// Format 2 is for chains whose proof of execution exports a hash of each batch's inputs, hashes of blocks included. The policy takes no
/// other bytes than those that lead to this hash, so executing them leads to the proven state, whatever the quorum signs.
interface IInputsPolicy is IDataAvailabilityPolicy {
    /// @notice The inputs are empty or longer than the limit.
    error InputsLengthInvalid(uint256 limit, uint256 actual);
    /// @notice The first byte names another format.
    error InputsFormatUnknown(uint256 expected, uint256 actual);
    /// @notice The inputs are not those of the batch that the proof executes.
    error InputsDiffer(bytes32 expected, bytes32 actual);

    /// @notice First byte of the policy data of a batch that exports no hash of its inputs.
    function inputsFormat() external view returns (uint256);

    /// @notice First byte of the policy data of a batch that exports one.
    function provenInputsFormat() external view returns (uint256);

    /// @notice Maximum length of policy data, in bytes.
    function maxInputsBytes() external view returns (uint256);
}
