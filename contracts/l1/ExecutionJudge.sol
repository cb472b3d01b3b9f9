// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchExecutions} from "../interfaces/IBatchExecutions.sol";
import {IBatches} from "../interfaces/IBatches.sol";
import {IExecutionJudge, JudgedBatch} from "../interfaces/IExecutionJudge.sol";
import {IExecutionProofs} from "../interfaces/IExecutionProofs.sol";
import {BatchExecution} from "../types/Batches.sol";

/// @title Judge of open batches
contract ExecutionJudge is IExecutionJudge {
    /// @inheritdoc IExecutionJudge
    function judge(JudgedBatch[] calldata batches) external {
        BatchExecution[] memory one = new BatchExecution[](1);
        for (uint256 i = 0; i < batches.length; ++i) {
            JudgedBatch calldata each = batches[i];
            uint256 number = each.batch.batchNumber;
            bool isProven = number < IBatches(each.hyperchain).getTotalBatchesVerified();
            if (!isProven && !IExecutionProofs(each.hyperchain).acceptProven(each.batch)) {
                revert ProofNotAccepted(each.hyperchain, number);
            }
            one[0] = BatchExecution({batch: each.batch, imports: each.imports, flows: each.flows});
            IBatchExecutions(each.hyperchain).executeBatches(one);
        }
    }
}
