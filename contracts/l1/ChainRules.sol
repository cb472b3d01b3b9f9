// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ChainConfiguration} from "../types/ChainConfiguration.sol";

/// @title Which configurations a chain may have
abstract contract ChainRules is IChainFactory {
    uint8 private constant ONE_SEQUENCER = 0;
    uint256 private constant MAX_VALIDATORS = 64;
    uint256 private constant MIN_PRIORITY_OP_WINDOW = 1;
    uint256 private constant MAX_PRIORITY_OP_WINDOW = 30 days;
    uint256 private constant MIN_EXIT_DELAY = 1;
    uint256 private constant MAX_EXIT_DELAY = 90 days;
    /// @dev The largest operation then moves the deadlines behind it by less than six minutes. With no lower bound a chain's
    /// creator could let a few cheap operations put everyone else's exit off for years.
    uint256 private constant MIN_PRIORITY_GAS_PER_SECOND = 50_000;

    IVerifierRegistry private immutable verifiers;

    constructor(IVerifierRegistry verifiers_) {
        verifiers = verifiers_;
    }

    function _checkConfiguration(ChainConfiguration calldata configuration) internal view {
        if (configuration.admin == address(0)) revert AdminMissing();
        _checkContracts(configuration);
        if (configuration.sequencingMode != ONE_SEQUENCER) {
            revert SequencingModeUnsupported(ONE_SEQUENCER, configuration.sequencingMode);
        }
        _checkQuorum(configuration.validators, configuration.validatorThreshold);
        _checkTimes(configuration);
        if (configuration.l2GasPrice == 0) revert L2GasPriceZero();
        verifiers.requireActive(configuration.protocolVersion);
    }

    function _checkContracts(ChainConfiguration calldata configuration) private view {
        address token = configuration.baseToken;
        if (token != AssetMessage.NATIVE_COIN && token.code.length == 0) revert BaseTokenWithoutCode(token);
        address policy = configuration.dataAvailabilityPolicy;
        if (policy.code.length == 0) revert PolicyWithoutCode(policy);
        address filterer = configuration.transactionFilterer;
        if (filterer != address(0) && filterer.code.length == 0) revert FiltererWithoutCode(filterer);
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

    function _checkTimes(ChainConfiguration calldata configuration) private pure {
        uint256 window = configuration.priorityOpWindow;
        if (window < MIN_PRIORITY_OP_WINDOW || window > MAX_PRIORITY_OP_WINDOW) {
            revert PriorityOpWindowOutOfRange(MIN_PRIORITY_OP_WINDOW, MAX_PRIORITY_OP_WINDOW, window);
        }
        uint256 exitDelay = configuration.exitDelay;
        if (exitDelay < MIN_EXIT_DELAY || exitDelay > MAX_EXIT_DELAY) {
            revert ExitDelayOutOfRange(MIN_EXIT_DELAY, MAX_EXIT_DELAY, exitDelay);
        }
        // Otherwise an operation taken at its deadline could not be executed before the exit opens.
        if (configuration.executionDelay >= exitDelay) {
            revert ExecutionDelayBeyondExit(exitDelay, configuration.executionDelay);
        }
        uint256 rate = configuration.priorityGasPerSecond;
        if (rate < MIN_PRIORITY_GAS_PER_SECOND) revert PriorityGasRateTooLow(MIN_PRIORITY_GAS_PER_SECOND, rate);
    }
}
