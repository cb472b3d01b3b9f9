// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signatures} from "../libraries/Signatures.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title Signatures of a chain's validators
/// @notice EIP-712, domain `Hyperchain` version `1` of this chain id and contract.
abstract contract ValidatorQuorum is HyperchainStorage {
    bytes32 private constant DOMAIN_NAME = keccak256("Hyperchain");
    bytes32 private constant BATCH_TYPE = keccak256("BatchCommitment(bytes32 commitment,uint256 revertCount)");
    bytes32 private constant REVERT_TYPE = keccak256("BatchRevert(uint256 batchNumber,uint256 revertCount)");

    /// @dev A revert voids all signatures from before it: else anyone could commit again what the quorum took back.
    function _requireQuorumForBatch(bytes32 commitment, bytes[] calldata signatures) internal view {
        _requireQuorum(keccak256(abi.encode(BATCH_TYPE, commitment, reverts)), signatures);
    }

    function _requireQuorumForRevert(uint256 batchNumber, bytes[] calldata signatures) internal view {
        _requireQuorum(keccak256(abi.encode(REVERT_TYPE, batchNumber, reverts)), signatures);
    }

    function _requireQuorum(bytes32 structHash, bytes[] calldata signatures) private view {
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), structHash);
        settings.requireQuorum(chainId, digest, signatures);
    }
}
