// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
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

    uint256 private constant MIN_L2_GAS_PRICE = 1;
    /// @dev The largest operation then costs at most 8 of a token with 18 decimals.
    uint256 private constant MAX_L2_GAS_PRICE = 1e12;

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
        _checkVersion(configuration);
        uint256 price = configuration.l2GasPrice;
        if (price < MIN_L2_GAS_PRICE || price > MAX_L2_GAS_PRICE) {
            revert L2GasPriceOutOfRange(MIN_L2_GAS_PRICE, MAX_L2_GAS_PRICE, price);
        }
    }

    /// @dev Within the notice an account can force an operation in (one window, and one more that a batch's clock may lag), or stop
    /// the chain that does not take it, and what was taken can be committed, proven and, after its delay, executed.
    function _checkVersion(ChainConfiguration calldata configuration) private view {
        uint256 version = configuration.protocolVersion;
        verifiers.requireActive(version);
        uint256 retiresAt = verifiers.retiresAt(version);
        if (retiresAt != 0) revert ProtocolVersionRetiring(version, retiresAt);
        uint256 notice = verifiers.retirementNotice();
        uint256 needed = 2 * uint256(configuration.priorityOpWindow) + configuration.exitDelay + configuration.executionDelay;
        if (needed > notice) revert RetirementNoticeTooShort(needed, notice);
    }

    /// @dev An account that delegates to code (EIP-7702) is no contract: it answers as its key's holder likes. What a contract will
    /// answer tomorrow cannot be seen here: whether it is a proxy, and whose, is for users to look up.
    function _checkContracts(ChainConfiguration calldata configuration) private view {
        address token = configuration.baseToken;
        if (token != AssetMessage.NATIVE_COIN && !AddressAlias.isContract(token)) revert BaseTokenWithoutCode(token);
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
