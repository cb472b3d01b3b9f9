// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Vote of a node on a block: the fields of `BlockVote`.
/// @param kind 1 notarizes the decision `id`, 2 nullifies the view, 3 finalizes the decision.
/// @param epoch Number of the set of voters.
/// @param view_ Turn of one leader.
/// @param id Digest of the decision; zero in a vote to nullify.
/// @param signedAt Second at which the node signed.
struct BlockVote {
    uint8 kind;
    uint64 epoch;
    uint64 view_;
    bytes32 id;
    uint64 signedAt;
}

/// @title Errors of the judges of votes
/// @notice Contrary votes have one signer, life, epoch and view: notarizations of two decisions, finalizations of two decisions, or
/// a nullification and a finalization. A node stores its vote before it sends it, so an honest one never casts both. Each life of
/// a group of nodes has a new salt, so votes from before a return to a snapshot contradict none from after it.
interface IContraryVotes {
    error SignersDiffer(address first, address second);
    error ViewsDiffer(uint64 first, uint64 second);
    error VoteEpochsDiffer(uint64 first, uint64 second);
    /// @notice An honest node may cast both votes.
    error VotesCompatible(uint8 firstKind, uint8 secondKind);
    /// @notice The votes of one kind name one decision.
    error SameDecision(bytes32 id);
    /// @notice The second is neither vote's.
    error FaultOutsideVotes(uint64 first, uint64 second, uint256 faultAt);
}
