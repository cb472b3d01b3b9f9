// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../interfaces/IBatchCommits.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {BatchApproval, BatchRevert} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Signatures of a chain's validators
/// @notice EIP-712, domain `Hyperchain` version `1` of this chain id and contract.
abstract contract ValidatorQuorum is HyperchainStorage {
    bytes32 private constant DOMAIN_NAME = keccak256("Hyperchain");
    bytes32 private constant BATCH_TYPE = keccak256(
        "BatchCommitment(bytes32 commitment,uint64 batchNumber,uint256 revertCount,uint64 validFrom,uint64 validUntil)"
    );
    bytes32 private constant REVERT_TYPE = keccak256(
        "BatchRevert(uint256 firstNumber,bytes32 firstBatchHash,bytes32 lastBatchHash,uint256 revertCount,uint64 validUntil)"
    );

    /// @dev A revert voids all signatures from before it: else anyone could commit batches again that the
    /// quorum has reverted. The times let a quorum sign another batch of the same number without both
    /// signatures being valid at the same time.
    /// @param head The first operation that the batches before it took none of.
    function _requireApproval(bytes32 commitment, uint64 batchNumber, uint256 head, BatchApproval calldata approval)
        internal
        view
    {
        (uint64 validFrom, uint64 validUntil) = (approval.validFrom, approval.validUntil);
        if (block.timestamp < validFrom) revert IBatchCommits.ApprovalNotYetValid(validFrom, block.timestamp);
        if (block.timestamp > validUntil) revert IBatchCommits.ApprovalExpired(validUntil, block.timestamp);
        bytes32 structHash =
            keccak256(abi.encode(BATCH_TYPE, commitment, batchNumber, reverts, validFrom, validUntil));
        if (_requireQuorum(structHash, approval.signatures)) _requireOverdue(head, false);
    }

    /// @dev The reverted batches must be the signed ones: L1's counter and hashes are compared by the caller.
    function _requireQuorumForRevert(BatchRevert calldata reversal, bytes[] calldata signatures) internal view {
        if (block.timestamp > reversal.validUntil) {
            revert IBatchCommits.RevertExpired(reversal.validUntil, block.timestamp);
        }
        if (!_requireQuorum(keccak256(abi.encode(REVERT_TYPE, reversal)), signatures)) return;
        // What is proven executes without anyone's word.
        if (reversal.firstNumber < batchesVerified) {
            revert IBatchCommits.RevertOfProven(batchesVerified, reversal.firstNumber);
        }
        _requireOverdue(operationsExecuted, true);
    }

    function _requireQuorum(bytes32 structHash, bytes[] calldata signatures) private view returns (bool isByStandby) {
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
        return settings.requireQuorum(chainId, digest, signatures);
    }

    /// @dev The standby counts only where the quorum left an operation of the queue.
    function _requireOverdue(uint256 head, bool isRevert) private view {
        uint256 from = type(uint256).max;
        if (head < operationsQueued) {
            from = (queue[head].deadline >> DEADLINE_FRACTION) + settings.standbyAfterDeadline(chainId, isRevert);
        }
        if (block.timestamp < from) revert IBatchCommits.StandbyTooEarly(from, block.timestamp);
    }
}
