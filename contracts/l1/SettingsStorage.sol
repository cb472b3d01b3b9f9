// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {ChainTimes} from "../libraries/ChainTimes.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {Quorum, Terms} from "../types/Terms.sol";

/// @notice Contracts that the settings of all chains are bound to.
struct SettingsBase {
    address factory;
    IVerifierRegistry verifiers;
    uint256 reactionTime;
}

/// @title What the settings of all chains remember
/// @dev One layout for the settings and for the facet that writes them.
abstract contract SettingsStorage {
    /// @dev Bits of a member: an account may be in both.
    uint8 internal constant VALIDATOR = 1;
    uint8 internal constant STANDBY = 2;

    address internal immutable chainFactory;
    IVerifierRegistry internal immutable registry;
    /// @dev Seven days on public layers, 0 on devnets.
    uint256 internal immutable reaction;

    /// @dev One slot: 0…63 epoch that counted when this was written ‖ 64…127 since when ‖ 128…191 when the next one counts, 0 without ‖
    ///   192…255 price of operations' gas, at most 10^12
    struct Course {
        uint64 current;
        uint64 currentAt;
        uint64 nextAt;
        uint64 l2GasPrice;
    }

    /// @dev Two slots, and the lists: 0…159 policy ‖ 160…191 threshold ‖ 192…223 threshold of the standby ‖ 224…231 is governed ‖
    ///   232…239 takes replacements ‖ 240…247 requires the second check; 0…159 filterer. No threshold exceeds its list, which the factory
    ///   bounds.
    struct EpochTerms {
        address dataAvailabilityPolicy;
        uint32 threshold;
        uint32 standbyThreshold;
        bool isGoverned;
        bool takesReplacements;
        bool requiresSecondCheck;
        address transactionFilterer;
        address[] validators;
        address[] standby;
    }

    /// @dev One slot: 0…31 version before the upgrade, and after it until the next ‖ 32…63 version of the upgrade, 0 without ‖
    ///   64…127 when it takes effect ‖ 128…191 operations that come before it
    struct Versions {
        uint32 current;
        uint32 next;
        uint64 effectiveAt;
        uint64 operations;
    }

    /// @dev Configurations at the chains' creation: their addresses follow from them.
    mapping(uint256 chainId => ChainConfiguration) internal configurations;
    mapping(uint256 chainId => Course) internal courses;
    /// @dev The lists of epoch 0 are in the configuration.
    mapping(uint256 chainId => mapping(uint256 epoch => EpochTerms)) internal terms;
    mapping(uint256 chainId => mapping(uint256 epoch => mapping(address account => uint8))) internal memberships;
    /// @dev Admins of chains that have replaced their first one.
    mapping(uint256 chainId => address) internal admins;
    mapping(uint256 chainId => address) internal offeredTo;
    mapping(uint256 chainId => uint256) internal priceRoseAt;
    mapping(uint256 chainId => Versions) internal versions;
    mapping(uint256 chainId => bytes32) internal configurationHashes;

    constructor(SettingsBase memory base) {
        chainFactory = base.factory;
        registry = base.verifiers;
        reaction = base.reactionTime;
    }

    /// @dev 0 for a chain that was not created.
    function _adminOf(uint256 chainId) internal view returns (address) {
        address admin = admins[chainId];
        return admin == address(0) ? configurations[chainId].admin : admin;
    }

    /// @dev Present course by L1's clock. The stored one is updated when the next terms are scheduled.
    function _course(uint256 chainId) internal view returns (Course memory known) {
        known = courses[chainId];
        if (known.nextAt == 0 || block.timestamp < known.nextAt) return known;
        ++known.current;
        known.currentAt = known.nextAt;
        known.nextAt = 0;
    }

    /// @dev Signers of the epoch that counts now, or 0.
    function _threshold(uint256 chainId) internal view returns (uint64) {
        return terms[chainId][_course(chainId).current].threshold;
    }

    /// @dev Whether what governance and council say of versions stops the chain now.
    function _isGoverned(uint256 chainId) internal view returns (bool) {
        return terms[chainId][_course(chainId).current].isGoverned;
    }

    function _termsOf(uint256 chainId, uint256 epoch) internal view returns (Terms memory) {
        EpochTerms memory known = terms[chainId][epoch];
        if (epoch == 0) {
            known.validators = configurations[chainId].validators;
            known.standby = configurations[chainId].standby;
        }
        return Terms({
            quorum: Quorum({threshold: known.threshold, validators: known.validators}),
            standby: Quorum({threshold: known.standbyThreshold, validators: known.standby}),
            dataAvailabilityPolicy: known.dataAvailabilityPolicy,
            transactionFilterer: known.transactionFilterer,
            isGoverned: known.isGoverned,
            takesReplacements: known.takesReplacements,
            requiresSecondCheck: known.requiresSecondCheck
        });
    }

    function _upgradeNotice(uint256 chainId) internal view returns (uint256) {
        ChainConfiguration storage configuration = configurations[chainId];
        return ChainTimes.upgradeNotice(
            configuration.priorityOpWindow, configuration.exitDelay, configuration.executionDelay, reaction
        );
    }
}
