// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchStages} from "../interfaces/IBatchStages.sol";
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

    /// @dev A revert voids all signatures from before it: else anyone could commit again what the quorum took back.
    /// The times let a quorum sign another batch of the same number without ever vouching for both at once.
    function _requireApproval(bytes32 commitment, uint64 batchNumber, BatchApproval calldata approval) internal view {
        (uint64 validFrom, uint64 validUntil) = (approval.validFrom, approval.validUntil);
        if (block.timestamp < validFrom) revert IBatchStages.ApprovalNotYetValid(validFrom, block.timestamp);
        if (block.timestamp > validUntil) revert IBatchStages.ApprovalExpired(validUntil, block.timestamp);
        bytes32 structHash =
            keccak256(abi.encode(BATCH_TYPE, commitment, batchNumber, reverts, validFrom, validUntil));
        _requireQuorum(structHash, approval.signatures);
    }

    /// @dev What is reverted must be what was signed: L1's counter and hashes are compared by the caller.
    function _requireQuorumForRevert(BatchRevert calldata reversal, bytes[] calldata signatures) internal view {
        if (block.timestamp > reversal.validUntil) {
            revert IBatchStages.RevertExpired(reversal.validUntil, block.timestamp);
        }
        _requireQuorum(keccak256(abi.encode(REVERT_TYPE, reversal)), signatures);
    }

    function _requireQuorum(bytes32 structHash, bytes[] calldata signatures) private view {
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
        settings.requireQuorum(chainId, digest, signatures);
    }
}
