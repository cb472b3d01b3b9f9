// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BatchContext, BatchReading} from "../interfaces/IBatchReader.sol";
import {CommitSettings} from "../interfaces/IChainSettings.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../interfaces/IDataAvailabilityPolicy.sol";
import {IDataCarrier} from "../interfaces/IDataCarrier.sol";
import {BatchCommitment, DaCommitmentFields} from "../libraries/BatchCommitment.sol";
import {StoredBatch} from "../types/Batches.sol";
import {HyperchainStorage} from "./HyperchainStorage.sol";

/// @title What binds a batch, or a part of the first state, to its chain and its data
abstract contract BatchBinding is HyperchainStorage {
    function _context(StoredBatch memory previous, CommitSettings memory current)
        internal
        view
        returns (BatchContext memory)
    {
        return BatchContext({
            protocolVersion: current.protocolVersion,
            previousVersion: previous.protocolVersion,
            hyperchain: address(this),
            chainId: chainId,
            previousCommitment: previous.commitment,
            oldStateRoot: previous.newStateRoot,
            oldLeafCount: previous.leafCount,
            daPolicy: uint160(current.dataAvailabilityPolicy),
            configurationHash: current.configurationHash
        });
    }

    /// @dev Reverts unless the policy accepts the data. The caller must bind the returned hash of further data.
    function _policyDataHash(bytes calldata policyData, BatchReading memory reading, address policy, bool published)
        internal
        view
        returns (bytes32)
    {
        return IDataAvailabilityPolicy(policy).checkAvailability(
            AvailabilityClaim({
                published: published,
                preCommitment: reading.preCommitment,
                pubdataHash: reading.pubdataHash,
                transactionsHash: reading.transactionsHash
            }),
            policyData
        );
    }

    function _commitment(BatchReading memory reading, bytes32 policyDataHash) internal pure returns (bytes32) {
        bytes32 daCommitment = BatchCommitment.hashDaCommitment(
            DaCommitmentFields({
                pubdataHash: reading.pubdataHash,
                point: reading.point,
                evaluation: reading.evaluation,
                flowsHash: reading.flowsHash,
                policyDataHash: policyDataHash,
                partitionDa: 0
            })
        );
        return BatchCommitment.hashCommitment(reading.preCommitment, daCommitment);
    }

    /// @dev Code in data that are in no transaction is published nowhere: no other chain may leave it out for that. Whether it can
    /// be had is the policy's answer then, as for withheld pubdata; a policy that commits itself keeps what it has carried.
    function _recordCodes(BatchReading memory reading, bool published, address policy) internal {
        if (reading.publishedCodes.length + reading.codes.length == 0) return;
        if (published) bytecodes.record(chainId, reading.publishedCodes, reading.codes);
        else if (msg.sender == policy) IDataCarrier(policy).recordCodes(reading.publishedCodes, reading.codes);
    }

    /// @dev A sender with code (EIP-7702) can be the origin and yet call from within, with data that are in no transaction.
    function _isFromAccount() internal view returns (bool) {
        return msg.sender == tx.origin && msg.sender.code.length == 0;
    }

    function _freeMemory() internal pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// @dev Gives the memory from `free` on back: the copy has served, and what follows need not pay for memory beyond it.
    function _isInput(uint256 free, bytes memory encoded) internal pure returns (bool) {
        bytes32 canonical = keccak256(encoded);
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
        return keccak256(msg.data) == canonical;
    }
}
