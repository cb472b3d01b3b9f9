// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CommitBatch, ImportBatch} from "../types/Batches.sol";

/// @notice Facts about the next batch from the storage of a chain's contract.
/// @param oldLeafCount Leaves of the state tree before the batch; 0 where L1 cannot know.
/// @param previousVersion Version of the batch before; the first batch has the chain's first version here.
struct BatchContext {
    uint256 protocolVersion;
    uint256 previousVersion;
    address hyperchain;
    uint256 chainId;
    bytes32 previousCommitment;
    bytes32 oldStateRoot;
    uint64 oldLeafCount;
    uint256 daPolicy;
    bytes32 configurationHash;
}

/// @notice Result of reading a batch on L1. `flowCount` is the number of distinct asset flows; `leafCount` is
/// 0 where L1 cannot know. `extensions` is the hash of the batch's exports in addition to its logs, 0 of an
/// import; `transactionsHash` that of its inputs, 0 if it exports none. `publishedCodes` are hashes of
/// bytecodes in the pubdata, `codes` the code hashes that the diff list sets.
struct BatchReading {
    bytes32 preCommitment;
    bytes32 outputsHash;
    bytes32 extensions;
    bytes32 transactionsHash;
    bytes32 pubdataHash;
    bytes32 l2LogsTreeRoot;
    bytes32 flowsHash;
    uint256 flowCount;
    uint64 leafCount;
    bytes20 point;
    bytes20 evaluation;
    bytes32[] publishedCodes;
    bytes32[] codes;
}

/// @title What can be wrong with a batch's data
/// @notice Those of pubdata carry the offset of the offending item (docs/protocol.md). Many are raised by libraries, some in
/// assembly: they are listed here so that clients can decode them.
interface IBatchReadingErrors {
    error PubdataTooLong(uint256 limit, uint256 actual);
    error TooManyMessages(uint256 limit, uint256 actual);
    error DigestNotCanonical(bytes32 digest);
    /// @notice A first state says nothing: only batches have messages and results.
    error ImportWithLogs(uint256 actual);
    error UnsupportedVersion(uint256 offset);
    error Truncated(uint256 offset);
    error TooManyLogs(uint256 offset);
    error UnknownLogHead(uint256 offset);
    error OperationCountMismatch(uint256 offset);
    /// @notice L1 reads this sender's messages, so withheld logs must have their bodies.
    error MessageBodyWithheld(uint256 offset);
    error EmptyBytecode(uint256 offset);
    error BytecodesNotAscending(uint256 offset);
    error LeafCountBeyondLimit(uint256 offset);
    error UnknownEntryHead(uint256 offset);
    error LengthOutOfRange(uint256 offset);
    error LeadingZeroByte(uint256 offset);
    error IndexNotAscending(uint256 offset);
    error IndexBeyondLeafCount(uint256 offset);
    error KindReserved(uint256 offset);
    error TrailingBytes(uint256 offset);
}

/// @title Reads batches for chains' contracts
/// @notice Rebuilds the log tree, sums the asset messages, draws the evaluation point and evaluates the diff
/// list there. Where the pubdata is withheld, reads its replacement; the point is then 0 and the evaluation
/// the entry count.
/// @dev Stateless. A protocol version names its reader: all bytes that a format may change are read and
/// hashed here, and nowhere else (pubdata, outputs, preCommitment). Chains of the version trust it wholly:
/// one that lied could take a batch for another. Others trust that it sums all that a batch sends, and finds
/// the codes that it publishes: so a new one is taken with notice (IChainFactory).
interface IBatchReader is IBatchReadingErrors {
    /// @notice The format that it reads: bits 1 to 7 of the numbers of its versions.
    function format() external view returns (uint256);

    /// @param canonicalTxHashes Of the operations that the batch takes from the queue, in order.
    function read(BatchContext calldata context, CommitBatch calldata batch, bytes32[] calldata canonicalTxHashes)
        external
        view
        returns (BatchReading memory);

    /// @notice Reads a part of a chain's first state. It has no logs and no flows.
    function readImport(BatchContext calldata context, ImportBatch calldata batch)
        external
        view
        returns (BatchReading memory);
}
