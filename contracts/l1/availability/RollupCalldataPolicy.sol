// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AvailabilityClaim, IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";

/// @title Pubdata in calldata: a rollup
/// @notice Every batch's data can be found with plain L1 RPC: batches are committed by transactions of accounts without code,
/// sent to the chain's contract itself, in the ABI's one encoding. An account that commits for such a chain must not delegate its
/// account (EIP-7702). Policy data is nothing, or one word, which is bound: a chain without a quorum puts its batch's settler there.
contract RollupCalldataPolicy is IDataAvailabilityPolicy {
    uint256 private constant WORD = 32;

    /// @inheritdoc IDataAvailabilityPolicy
    function checkAvailability(AvailabilityClaim calldata claim, bytes calldata policyData)
        external
        pure
        returns (bytes32)
    {
        if (!claim.published) revert PubdataNotPublished();
        if (policyData.length != 0 && policyData.length != WORD) revert MalformedPolicyData(WORD, policyData.length);
        return keccak256(policyData);
    }
}
