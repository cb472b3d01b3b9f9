// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IChainSettings} from "../interfaces/IChainSettings.sol";
import {AvailabilityClaim, IDataAvailabilityPolicy} from "../interfaces/IDataAvailabilityPolicy.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ChainTimes} from "../libraries/ChainTimes.sol";
import {Digest} from "../libraries/Digest.sol";
import {GasPrices} from "../libraries/GasPrices.sol";
import {VersionNumber} from "../libraries/VersionNumber.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @title Which configurations a chain may have
abstract contract ChainRules is IChainFactory {
    uint16 private constant QUEUE_ALONE = 1;
    /// @dev Flags of a mode: the state has facts about the chain's batches, and each batch exports a hash of its inputs.
    uint16 private constant FLAGS = (1 << 8) | (1 << 9);
    uint256 private constant MAX_VALIDATORS = 64;
    uint256 private constant MIN_PRIORITY_OP_WINDOW = 1;
    uint256 private constant MAX_PRIORITY_OP_WINDOW = 30 days;
    uint256 private constant MIN_EXIT_DELAY = 1;
    uint256 private constant MAX_EXIT_DELAY = 90 days;
    /// @inheritdoc IChainFactory
    /// @dev The largest operation then moves the deadlines behind it by less than three minutes. With no lower bound a chain's
    /// creator could let a few cheap operations put everyone else's exit off for years.
    uint256 public constant MIN_PRIORITY_GAS_PER_SECOND = 50_000;
    /// @inheritdoc IChainFactory
    /// @dev At a higher rate a flood of the worst operations would be due faster than a plain machine can run and settle it, and
    /// the exit of an honest chain would open.
    uint256 public constant MAX_PRIORITY_GAS_PER_SECOND = 100_000;

    /// @inheritdoc IChainFactory
    IVerifierRegistry public immutable verifiers;
    /// @inheritdoc IChainFactory
    uint256 public immutable recoveryTime;

    /// @dev Time for which an honest chain may be held up, in addition to its time to recover.
    uint256 private immutable freezeTime;

    /// @dev Part of the notice of every chain's upgrade, in addition to windows and delays.
    uint256 private immutable reactionTime;

    constructor(IVerifierRegistry verifiers_, IChainSettings settings_, uint256 recoveryTime_) {
        verifiers = verifiers_;
        reactionTime = settings_.reactionTime();
        recoveryTime = recoveryTime_;
        freezeTime = verifiers_.freezeTime();
        // What is announced while everything is frozen leaves as long to decide upon it.
        if (reactionTime < freezeTime) revert ReactionTimeTooShort(freezeTime, reactionTime);
    }

    /// @inheritdoc IChainFactory
    function checkTerms(ChainConfiguration calldata configuration) public view {
        _checkContracts(configuration);
        if (configuration.sequencingMode != 0) _checkExecutionOfModes(configuration);
        if (configuration.sequencingMode & type(uint8).max == QUEUE_ALONE) _checkQueueAlone(configuration);
        (bool isGoverned, bool takesReplacements) = (configuration.isGoverned, configuration.takesReplacements);
        if (!isGoverned && takesReplacements) revert TermsUnsupported(isGoverned, takesReplacements);
        bool hasStandby = configuration.standbyThreshold != 0 || configuration.standby.length != 0;
        if (configuration.validatorThreshold == 0 && configuration.validators.length == 0) {
            if (hasStandby) revert StandbyWithoutQuorum();
            _checkWithoutQuorum(configuration);
            return;
        }
        _checkQuorum(configuration.validators, configuration.validatorThreshold);
        if (hasStandby) _checkStandby(configuration);
    }

    function _checkConfiguration(ChainConfiguration calldata configuration) internal view {
        if (configuration.admin == address(0)) revert AdminMissing();
        address token = configuration.baseToken;
        if (token != AssetMessage.NATIVE_COIN && !AddressAlias.isContract(token)) revert BaseTokenWithoutCode(token);
        uint16 mode = configuration.sequencingMode;
        if (mode & ~FLAGS > QUEUE_ALONE) revert SequencingModeUnsupported(QUEUE_ALONE, mode);
        if (configuration.sequencer != address(0)) revert SequencerUnused();
        checkTerms(configuration);
        _checkImports(configuration);
        _checkTimes(configuration);
        _checkVersion(configuration);
        GasPrices.requireInRange(configuration.l2GasPrice);
    }

    function _checkExecutionOfModes(ChainConfiguration calldata configuration) private pure {
        uint256 version = configuration.protocolVersion;
        if (!VersionNumber.isProven(version)) revert ModeNeedsProofs(configuration.sequencingMode, version);
    }

    /// @dev Such a chain has no quorum for what is settled and no filterer for what is queued. Cheats are refused
    /// with the quorum's absence.
    function _checkQueueAlone(ChainConfiguration calldata configuration) private pure {
        uint256 validators = configuration.validators.length;
        if (validators != 0) revert QuorumOfQueue(validators);
        address filterer = configuration.transactionFilterer;
        if (filterer != address(0)) revert FiltererOfQueue(filterer);
    }

    /// @dev A standby reverts batches without a proof after an operation is overdue by a window and the
    /// delay. Its next batches must be executed before the exit opens.
    function _checkStandby(ChainConfiguration calldata configuration) private view {
        _checkQuorum(configuration.standby, configuration.standbyThreshold);
        uint256 needed = 2 * configuration.executionDelay + recoveryTime + freezeTime;
        if (configuration.exitDelay <= needed) revert ExitDelayTooShort(needed, configuration.exitDelay);
    }

    /// @dev L1 checks the root that imports lead to when they arrive; this refuses a root that none can lead
    /// to.
    function _checkImports(ChainConfiguration calldata configuration) private pure {
        (bytes32 stateRoot, bytes32 data) = (configuration.importStateRoot, configuration.importData);
        if (configuration.importBatches != 0) Digest.requireCanonical(stateRoot);
        else if (stateRoot != 0 || data != 0) revert ImportsUnused(stateRoot, data);
    }

    /// @dev A version that is retired gives no less notice than an upgrade to another one needs.
    function _checkVersion(ChainConfiguration calldata configuration) private view {
        uint256 version = configuration.protocolVersion;
        verifiers.requireLasting(version);
        if (configuration.requiresSecondCheck) verifiers.secondVerifierOf(version);
        uint256 notice = verifiers.retirementNotice();
        uint256 needed = ChainTimes.upgradeNotice(
            configuration.priorityOpWindow, configuration.exitDelay, configuration.executionDelay, reactionTime
        );
        // The admin has as long to decide upon a retirement: to leave governance, or to take another version.
        needed += reactionTime;
        if (needed > notice) revert RetirementNoticeTooShort(needed, notice);
    }

    /// @dev An account that delegates to code (EIP-7702) is not a contract: its key's holder controls its
    /// answers. A contract's later answers cannot be checked here: users must look up whether it is a proxy,
    /// and whose.
    function _checkContracts(ChainConfiguration calldata configuration) private view {
        address policy = configuration.dataAvailabilityPolicy;
        if (!AddressAlias.isContract(policy)) revert PolicyWithoutCode(policy);
        address filterer = configuration.transactionFilterer;
        if (filterer != address(0) && !AddressAlias.isContract(filterer)) revert FiltererWithoutCode(filterer);
    }

    function _checkQuorum(address[] calldata validators, uint256 threshold) private pure {
        if (validators.length == 0) revert QuorumEmpty();
        if (validators.length > MAX_VALIDATORS) revert TooManyValidators(MAX_VALIDATORS, validators.length);
        address previous = address(0);
        for (uint256 i = 0; i < validators.length; ++i) {
            if (validators[i] <= previous) revert ValidatorsNotAscending(previous, validators[i]);
            previous = validators[i];
        }
        if (threshold == 0 || threshold > validators.length) revert ThresholdOutOfRange(validators.length, threshold);
    }

    /// @dev A chain without a quorum depends on its proofs alone: no part of it is left unproven, and no delay is added.
    function _checkWithoutQuorum(ChainConfiguration calldata configuration) private view {
        uint256 version = configuration.protocolVersion;
        if (!VersionNumber.isProven(version)) revert VersionNeedsQuorum(version);
        if (configuration.executionDelay != 0) revert DelayWithoutQuorum(configuration.executionDelay);
        if (configuration.cheatsAllowed) revert CheatsWithoutQuorum();
        address policy = configuration.dataAvailabilityPolicy;
        if (!_bindsSettler(IDataAvailabilityPolicy(policy))) revert PolicyBindsNoSettler(policy);
    }

    /// @dev Asks for a settler that cannot be: what the policy answers for one it answers for all.
    function _bindsSettler(IDataAvailabilityPolicy policy) private view returns (bool) {
        bytes memory settler = abi.encode(address(this));
        AvailabilityClaim memory claim =
            AvailabilityClaim({published: true, preCommitment: 0, pubdataHash: 0, transactionsHash: 0});
        try policy.checkAvailability(claim, settler) returns (bytes32 bound) {
            return bound == keccak256(settler);
        } catch {
            return false;
        }
    }

    function _checkTimes(ChainConfiguration calldata configuration) private view {
        uint256 window = configuration.priorityOpWindow;
        if (window < MIN_PRIORITY_OP_WINDOW || window > MAX_PRIORITY_OP_WINDOW) {
            revert PriorityOpWindowOutOfRange(MIN_PRIORITY_OP_WINDOW, MAX_PRIORITY_OP_WINDOW, window);
        }
        uint256 exitDelay = configuration.exitDelay;
        if (exitDelay < MIN_EXIT_DELAY || exitDelay > MAX_EXIT_DELAY) {
            revert ExitDelayOutOfRange(MIN_EXIT_DELAY, MAX_EXIT_DELAY, exitDelay);
        }
        // An honest chain can seal a batch before it sees an operation, and be refused once deadline + window is past. It then
        // forms the batch again with the operation, which must be executed before the exit opens, or one free operation would
        // stop the chain.
        uint256 needed = window + configuration.executionDelay + recoveryTime + freezeTime;
        if (exitDelay <= needed) revert ExitDelayTooShort(needed, exitDelay);
        uint256 rate = configuration.priorityGasPerSecond;
        if (rate < MIN_PRIORITY_GAS_PER_SECOND || rate > MAX_PRIORITY_GAS_PER_SECOND) {
            revert PriorityGasRateOutOfRange(MIN_PRIORITY_GAS_PER_SECOND, MAX_PRIORITY_GAS_PER_SECOND, rate);
        }
    }
}
