// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IQuorumEvidence} from "./IQuorumEvidence.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";

/// @notice Promise that L1 will execute a batch, signed by a validator of the batch's chain for one receiving chain.
/// @param toChain Chain that imports the batch's messages before L1 has executed the batch.
/// @param logRoot Root of the batch's log tree.
/// @param protocolVersion Version of the batch. A freeze of the version suspends the promised.
/// @param stakedAt Second at which the signer's stake counts: the time of `stakedBlock`.
/// @param stakedBlock Hash of this L1 block. A promise counts on no other history of L1.
/// @param landsBy Last second at which L1 executes the batch.
/// @param payee Account that the stake pays if the promise is broken.
struct BatchPromise {
    uint256 toChain;
    uint64 batchNumber;
    bytes32 logRoot;
    uint256 protocolVersion;
    uint48 stakedAt;
    bytes32 stakedBlock;
    uint48 landsBy;
    address payee;
}

/// @notice Facts about a promise that its report shows.
/// @param fromChain Chain of the batch and of the signer.
/// @param epoch Epoch of `stakedAt`; its terms list the signer.
/// @param stakedNumber Number of `stakedBlock`.
struct PromiseFacts {
    uint256 fromChain;
    uint64 epoch;
    uint256 stakedNumber;
}

/// @title Validators that promised a batch which L1 did not execute
/// @notice The evidence contract of promises between chains. Its services have `abi.encode(fromChain, toChain)` for data, so the stake
/// for one receiver answers to no other. Promises are EIP-712 `BatchPromise` in the domain of the source's contract. A promise is
/// broken if L1 executed another batch with the number, refused the batch's transfers to the receiver, or has not executed it after
/// `landsBy`. A batch that L1 executes late, before the report, fulfils its promise. Any account reports. Of the coins that a report takes, the
/// reporter gets a tenth, half is burnt, and the payee gets the rest: an operator of both chains loses half at least.
/// @dev Trusted: the validators that sign, with their stake; the payee and the receiver are not. A signer relies on the batch's chain,
/// to land the batch, and on L1 to execute it in time.
interface IBrokenPromises is IQuorumEvidence {
    /// @notice Receivers accept no promise that ends so long after its stake's second.
    error PromiseTooLong(uint256 highest, uint256 actual);
    /// @notice The promise can still be fulfilled: until `landsBy`, or longer if its version was frozen in this time.
    error PromiseOpen(uint256 until, uint256 actual);
    error PromiseKept(uint256 fromChain, uint256 batchNumber, bytes32 logRoot);
    /// @notice The batch's version is halted, and no validator can land the batch.
    error PromiseHalted(uint256 protocolVersion);
    /// @notice L1 has another block of this number, or does not remember it: note blocks that are younger than 256 blocks.
    error StakedBlockUnknown(uint256 blockNumber, bytes32 stakedBlock);
    /// @notice The block is not mined yet, or has more than 256 successors (8,191 with EIP-2935).
    error BlockHashUnknown(uint256 number);

    event PromiseBroken(
        uint256 indexed fromChain, uint256 indexed toChain, address indexed signer, uint256 batchNumber, bytes32 id, address reporter
    );
    event BlockNoted(uint256 indexed blockNumber, bytes32 blockHash);

    /// @notice Takes the stake that the promise's signer had in `registry` for this pair of chains. Any account may call.
    function report(
        IStakeRegistry registry,
        PromiseFacts calldata facts,
        BatchPromise calldata promised,
        bytes calldata signature
    ) external;

    /// @notice Stores the hash of one of the last 256 blocks (8,191 with EIP-2935), so that promises with it can be reported later. Any account may call.
    function noteBlock(uint256 blockNumber) external;

    /// @notice Hash of a noted block; 0 if there is none.
    function notedHash(uint256 blockNumber) external view returns (bytes32);

    /// @notice Highest count of seconds from the second of a stake to the end of a promised.
    function longestPromise() external view returns (uint48);
}
