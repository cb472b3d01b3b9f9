// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAvailabilityChallenge} from "./IAvailabilityChallenge.sol";
import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";
import {IEvidence} from "./IEvidence.sol";
import {IStakeRegistry} from "./IStakeRegistry.sol";

/// @notice Terms of a network of guardians.
/// @param admin Account that admits guardians; 0 for an open network, which every staked key can join.
/// @param shareBps Part of the counted weight that must sign a batch, of 10,000.
/// @param minStake Weight of a key that joins.
/// @param minTotal Counted weight below which no batch is accepted: a share of a small total costs little.
/// @param enterDelay Seconds until new stake counts.
/// @param retention Seconds after a batch's commit within which its data can be requested.
/// @param answerTime Seconds within which a request is answered.
/// @param slashTime Seconds after it within which signers are reported.
/// @param bond Wei of a request at least.
struct GuardianTerms {
    address admin;
    uint16 shareBps;
    uint128 minStake;
    uint128 minTotal;
    uint48 enterDelay;
    uint48 retention;
    uint48 answerTime;
    uint48 slashTime;
    uint128 bond;
}

/// @notice Guardian of a network.
/// @param key Signs batches; strictly ascending in a list.
/// @param url Address of the process that stores the data and serves them.
struct Guardian {
    address key;
    string url;
    uint48 joinedAt;
}

/// @title Data stored by guardians, whose stake is their vote: a zkPorter
/// @notice List of guardians and data availability policy in one contract, for every chain that names it. Policy data is
/// `abi.encode(uint64 validUntil, bytes[] signatures)`, signers strictly ascending, by EIP-712 (domain `HyperchainAvailability`
/// version `1` of this chain id and contract). Nothing is bound, so an accepted batch stays accepted when weights change.
/// @dev A signature holds for an hour, and counts with the weights of the second before that hour, which has passed at the commit. So
/// no guardian that leaves, and no stake that leaves, can refuse a commit whose signatures were collected. Weights are
/// `lastingWeights`: the earlier second is `enterDelay` before that one, and at the earliest the start of the network, because
/// guardians that joined before the start are founders and do not wait. A key that leaves stays in the list for an hour. Trusted:
/// guardians with `shareBps` of the weight, to store what they sign for, and the admin, to admit guardians that answer. Two
/// groups can harm a chain: guardians with that share can withhold its data, and guardians with more than the rest can stop
/// it. Stake answers for one leaf on demand ({IAvailabilityChallenge}); an answer of any account saves all guardians.
interface IGuardianNetwork is IDataAvailabilityPolicy, IEvidence, IAvailabilityChallenge {
    error ShareOutOfRange(uint256 highest, uint256 actual);
    /// @notice Without a minimum total a network without guardians would accept every batch.
    error MinTotalMissing();
    /// @notice Stake would leave before it counts.
    error EnterDelayTooLong(uint256 highest, uint256 actual);
    error NotAdmin(address expected, address actual);
    error NotOperator(address expected, address actual);
    /// @notice The admin has not admitted this key with this URL.
    error NotAdmitted(address key, string url);
    error AlreadyJoined(address key);
    /// @notice The key has left, and L1 accepts signatures of its time until this second: join after it.
    error StillListed(address key, uint256 until);
    error NetworkFull(uint256 highest);
    error WeightTooSmall(uint256 lowest, uint256 actual);
    /// @notice The account was not a guardian in the counted second, or its delay had not ended.
    error NotAGuardian(address account);
    error AlreadyStarted(uint256 startedAt);
    error NotStarted();
    error SignaturesExpired(uint256 validUntil, uint256 actual);
    /// @notice The second whose weights the signatures name has not passed.
    error ValidityTooLong(uint256 latest, uint256 actual);
    error QuorumMissed(uint256 lowest, uint256 actual);

    event Admitted(address indexed key, string url);
    event Joined(address indexed key, string url);
    event Left(address indexed key);
    event Started();
    event AdminChanged(address admin);

    /// @notice Lets a key join with this URL; another URL replaces it. Called by the admin.
    function admit(address key, string calldata url) external;

    /// @notice Adds a key to the list. Called by the key's operator; the key is admitted with this URL, or the network open.
    function join(address key, string calldata url) external;

    /// @notice Removes a key from the list, for signatures of this second and later. Called by the key's operator, and by any account if its weight is below `minStake`.
    function leave(address key) external;

    /// @notice Ends the founding: guardians that join later wait until their stake counts. Called once, by the admin.
    function start() external;

    /// @notice Appoints another admin; 0 opens the network, permanently. Called by the admin.
    function setAdmin(address admin) external;

    /// @notice Guardians that have not left, at most 64, in ascending order of their keys.
    function guardians() external view returns (Guardian[] memory);

    /// @notice Keys that count in a past second of the last hour, with their weights. Reverts if the total is below `minTotal`.
    function weightsAt(uint48 time) external view returns (address[] memory counted, uint256[] memory weightOf, uint256 total);

    /// @notice Terms, with the present admin.
    function terms() external view returns (GuardianTerms memory);

    /// @notice Registry with the guardians' deposits.
    function stakes() external view returns (IStakeRegistry);

    /// @notice Name of the network in the registry: its data are empty.
    function service() external view returns (bytes32);

    /// @notice Second of the start; 0 before it.
    function startedAt() external view returns (uint48);
}
