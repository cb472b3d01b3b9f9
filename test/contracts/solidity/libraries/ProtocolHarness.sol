// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    BatchCommitment,
    BatchOutputs,
    DaCommitmentFields,
    PreCommitmentFields
} from "../../../../contracts/libraries/BatchCommitment.sol";
import {BatchStatement} from "../../../../contracts/libraries/BatchStatement.sol";
import {DiffList} from "../../../../contracts/libraries/DiffList.sol";
import {Digest} from "../../../../contracts/libraries/Digest.sol";
import {L2LogTree} from "../../../../contracts/libraries/L2LogTree.sol";
import {Pubdata} from "../../../../contracts/libraries/Pubdata.sol";
import {RollingHash} from "../../../../contracts/libraries/RollingHash.sol";

/// @notice Opens the protocol libraries to tests.
contract ProtocolHarness {
    struct Reading {
        bytes20 evaluation;
        bytes32 logRoot;
        bytes32[] bytecodeHashes;
        bytes32[] codeHashes;
    }

    function readPubdata(
        bytes calldata pubdata,
        bytes32[] calldata canonicalTxHashes,
        uint256 oldLeafCount,
        bytes20 point,
        bytes32 outputsHash
    ) external pure returns (Reading memory reading) {
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        (bytes32[] memory leaves, uint256 offset) =
            Pubdata.readLogs(pubdata, Pubdata.HEADER_LENGTH, header.logCount, canonicalTxHashes);
        reading.logRoot = L2LogTree.root(leaves);
        (reading.bytecodeHashes, offset) = Pubdata.readBytecodes(pubdata, offset, header.bytecodeCount);
        (reading.evaluation, reading.codeHashes) =
            DiffList.read(pubdata, offset, header, oldLeafCount, point, outputsHash);
    }

    /// @return gasUsed Gas of decoding and evaluating the list alone.
    function measureDiffList(bytes calldata pubdata, uint256 oldLeafCount, bytes20 point, bytes32 outputsHash)
        external
        view
        returns (uint256 gasUsed)
    {
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        gasUsed = gasleft();
        DiffList.read(pubdata, Pubdata.HEADER_LENGTH, header, oldLeafCount, point, outputsHash);
        gasUsed -= gasleft();
    }

    /// @return gasUsed Gas of the log leaves and their root.
    function measureLogs(bytes calldata pubdata, bytes32[] calldata canonicalTxHashes)
        external
        view
        returns (uint256 gasUsed)
    {
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        bytes32[] memory hashes = canonicalTxHashes;
        gasUsed = gasleft();
        (bytes32[] memory leaves,) = Pubdata.readLogs(pubdata, Pubdata.HEADER_LENGTH, header.logCount, hashes);
        L2LogTree.root(leaves);
        gasUsed -= gasleft();
    }

    /// @notice Whether memory from before the call survives the list reader's use of fixed addresses.
    function keepsMemory(bytes calldata pubdata, uint256 oldLeafCount, bytes20 point, uint256 words)
        external
        pure
        returns (bool)
    {
        Pubdata.Header memory header = Pubdata.readHeader(pubdata);
        uint256[] memory before = new uint256[](words);
        for (uint256 i = 0; i < words; ++i) before[i] = uint256(keccak256(abi.encode(i)));
        (, bytes32[] memory codeHashes) =
            DiffList.read(pubdata, Pubdata.HEADER_LENGTH, header, oldLeafCount, point, bytes32(0));
        uint256[] memory behind = new uint256[](4);
        behind[0] = type(uint256).max;
        for (uint256 i = 0; i < words; ++i) if (before[i] != uint256(keccak256(abi.encode(i)))) return false;
        for (uint256 i = 0; i < codeHashes.length; ++i) if (codeHashes[i] == 0) return false;
        return before.length == words;
    }

    function logTreeRoot(bytes32[] memory leaves) external pure returns (bytes32) {
        return L2LogTree.root(leaves);
    }

    function messageLeaf(address sender, bytes calldata body) external pure returns (bytes32) {
        return L2LogTree.messageLeaf(sender, keccak256(body));
    }

    function priorityOpLeaf(bytes32 canonicalTxHash, bool success) external pure returns (bytes32) {
        return L2LogTree.priorityOpLeaf(canonicalTxHash, success);
    }

    function priorityOpsRollingHash(bytes32[] calldata hashes) external pure returns (bytes32 hash) {
        hash = RollingHash.EMPTY_PRIORITY_OPS;
        for (uint256 i = 0; i < hashes.length; ++i) hash = RollingHash.addPriorityOp(hash, hashes[i]);
    }

    function importedRootsRollingHash(uint256[] calldata indices, bytes32[] calldata roots)
        external
        pure
        returns (bytes32 hash)
    {
        hash = RollingHash.EMPTY_IMPORTED_ROOTS;
        for (uint256 i = 0; i < roots.length; ++i) hash = RollingHash.addImportedRoot(hash, indices[i], roots[i]);
    }

    function isCanonicalDigest(bytes32 digest) external pure returns (bool) {
        return Digest.isCanonical(digest);
    }

    function requireCanonicalDigest(bytes32 digest) external pure {
        Digest.requireCanonical(digest);
    }

    function hashOutputs(BatchOutputs calldata outputs, address coinbase) external pure returns (bytes32) {
        return BatchCommitment.hashOutputs(outputs, coinbase);
    }

    function hashPreCommitment(PreCommitmentFields calldata fields) external pure returns (bytes32) {
        return BatchCommitment.hashPreCommitment(fields);
    }

    function deriveEvaluationPoint(bytes32 preCommitment, bytes32 pubdataHash, uint256 pubdataLength)
        external
        pure
        returns (bytes20)
    {
        return BatchCommitment.deriveEvaluationPoint(preCommitment, pubdataHash, pubdataLength);
    }

    function hashDaCommitment(DaCommitmentFields calldata fields) external pure returns (bytes32) {
        return BatchCommitment.hashDaCommitment(fields);
    }

    function hashCommitment(bytes32 preCommitment, bytes32 daCommitment) external pure returns (bytes32) {
        return BatchCommitment.hashCommitment(preCommitment, daCommitment);
    }

    function encodeStatement(
        bytes32 commitment,
        bytes32 oldStateRoot,
        bytes32 newStateRoot,
        bytes32 diffDigest,
        bytes20 point,
        bytes20 evaluation,
        bytes32 outputsHash
    ) external pure returns (bytes memory) {
        return BatchStatement.encode(
            commitment, oldStateRoot, newStateRoot, diffDigest, point, evaluation, outputsHash
        );
    }
}
