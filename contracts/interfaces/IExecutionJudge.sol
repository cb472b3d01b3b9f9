// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetFlow} from "../types/AssetFlow.sol";
import {ImportedRoot, StoredBatch} from "../types/Batches.sol";

/// @notice A batch that L1 stores and has not executed, with the lists that its execution takes.
struct JudgedBatch {
    address hyperchain;
    StoredBatch batch;
    ImportedRoot[] imports;
    AssetFlow[] flows;
}

/// @title Judge of open batches
/// @notice Answers if L1 would execute batches after it has accepted their proofs.
/// @dev Its code is never deployed. A node runs it in one call instead of the code of an aggregator, which chains believe. The node has
/// verified the proofs. So L1's contracts decide by their rules, and no second list of rules can differ.
interface IExecutionJudge {
    /// @notice L1 would accept no proof of this batch: its version is stopped, or it is not the next batch that the chain stores.
    error ProofNotAccepted(address hyperchain, uint256 batchNumber);

    /// @notice Accepts and executes these batches in their order. Reverts with the error of the first one that L1 would refuse. All
    /// batches without a proof on L1 have the version whose aggregator's code this replaces.
    function judge(JudgedBatch[] calldata batches) external;
}
