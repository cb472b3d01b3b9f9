// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {IExecutionJudge, JudgedBatch} from "../interfaces/IExecutionJudge.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";

/// @title Judge of open batches
contract ExecutionJudge is IExecutionJudge {
    /// @inheritdoc IExecutionJudge
    function judge(JudgedBatch[] calldata batches) external {
        for (uint256 i = 0; i < batches.length; ++i) {
            JudgedBatch calldata each = batches[i];
            uint256 number = each.batch.batchNumber;
            bool isProven = number < IBatches(each.hyperchain).getTotalBatchesVerified();
            if (!isProven && !IExecutionProofs(each.hyperchain).acceptProven(each.batch)) {
                revert ProofNotAccepted(each.hyperchain, number);
            }
            IBatchExecutions(each.hyperchain).executeBatch(each.batch, each.imports, each.flows);
        }
    }
}
