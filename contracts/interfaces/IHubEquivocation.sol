// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BlockVote, IContraryVotes} from "./IContraryVotes.sol";
import {IEvidence} from "./IEvidence.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";

/// @notice Hub, life and second of two votes that contradict each other.
/// @param life Salt of the votes' domain.
/// @param faultAt Second of one of the votes.
struct HubFault {
    address hub;
    bytes32 life;
    uint48 faultAt;
}

/// @title An aggregator of a hub that cast two contrary votes
/// @notice The evidence contract of hubs, one for all hubs of a settlement layer; its services have `abi.encode(hub)` for data. A
/// signer counts if the hub's epoch of both votes lists it. Contrary votes are those that `IContraryVotes` describes.
/// A hub is believed about its aggregators: who enlists a key for a hub trusts the contract at that address. One that lies
/// takes only stakes that were enlisted for it, and only for two votes that their keys signed for its address.
/// Anyone reports; nine tenths of the stake are burnt.
interface IHubEquivocation is IContraryVotes, IEvidence {
    event AggregatorEquivocated(
        address indexed hub, address indexed aggregator, uint64 indexed epoch, bytes32 id, address reporter
    );

    /// @notice A report of the last second could not be mined before the coins leave.
    error SlashTimeMissing();
    /// @notice No contract is at this address.
    error HubUnknown(address hub);
    error EpochUnknown(uint256 highest, uint256 actual);
    /// @notice The hub counts votes of the epoch at other seconds, `until` excluded.
    error FaultOutsideEpoch(uint64 epoch, uint256 since, uint256 until, uint256 faultAt);
    error SignerNotOfEpoch(uint64 epoch, address signer);

    /// @notice Takes the signer's stake in `registry` for this hub, if it signed two contrary votes. The caller gets the
    /// reporter's tenth. The second is one at which the hub counts votes of their epoch: from the epoch's first second until one
    /// notice after the next epoch's.
    function reportVotes(
        IStakeRegistry registry,
        HubFault calldata fault,
        BlockVote calldata first,
        bytes calldata firstSignature,
        BlockVote calldata second,
        bytes calldata secondSignature
    ) external;
}
