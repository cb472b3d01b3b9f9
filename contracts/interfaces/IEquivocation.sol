// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockVote, IContraryVotes} from "./IContraryVotes.sol";
import {IQuorumEvidence} from "./IQuorumEvidence.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";

/// @notice Approval of a batch by a validator: the fields of `BatchCommitment`.
struct BatchWord {
    bytes32 commitment;
    uint64 batchNumber;
    uint256 revertCount;
    uint64 validFrom;
    uint64 validUntil;
}

/// @notice Chain and second at which two words contradict each other.
/// @param epoch One in which the signer counted, as validator or as standby.
/// @param faultAt A second of that epoch: within the times of both words, or the second of one of the votes.
struct Fault {
    uint256 chainId;
    uint64 epoch;
    uint48 faultAt;
}

/// @title A validator that stood for two batches of one number at once
/// @notice The evidence contract of quorums, one for all chains of a settlement layer; its services have `abi.encode(chainId)` for
/// data. Two words of one signer: the same number, the same count of reverts, other commitments, times that overlap. Honest
/// validators sign another batch of a number for times behind those of the first alone, so none of them is ever at fault.
/// Validators that decide blocks as nodes also vote. Contrary votes are those that `IContraryVotes` describes.
/// Anyone reports; what is taken beyond the reporter's tenth is burnt.
interface IEquivocation is IContraryVotes, IQuorumEvidence {
    error NumbersDiffer(uint256 first, uint256 second);
    error RevertCountsDiffer(uint256 first, uint256 second);
    error SameCommitment(bytes32 commitment);
    /// @notice No second lies within the times of both.
    error TimesDisjoint(uint256 from, uint256 until);
    error FaultOutsideTimes(uint256 from, uint256 until, uint256 faultAt);

    event Equivocated(
        uint256 indexed chainId, address indexed validator, uint64 indexed epoch, bytes32 id, address reporter
    );

    /// @notice Takes the signer's stake in `registry` for this chain's quorum, if it signed two contrary votes. The caller gets
    /// the reporter's tenth.
    /// @param life Salt of the votes' domain.
    function reportVotes(
        IStakeRegistry registry,
        Fault calldata fault,
        bytes32 life,
        BlockVote calldata first,
        bytes calldata firstSignature,
        BlockVote calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice Takes what the signer has at stake in `registry` for this chain's quorum. The caller gets the reporter's tenth.
    function reportBatches(
        IStakeRegistry registry,
        Fault calldata fault,
        BatchWord calldata first,
        bytes calldata firstSignature,
        BatchWord calldata second,
        bytes calldata secondSignature
    ) external;
}
