// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChainConfiguration} from "../types/ChainConfiguration.sol";
import {Terms} from "../types/Terms.sol";
import {IFactoryCaller} from "./IFactoryCaller.sol";

/// @title What writes chains' settings: the factory when they are created, their admins later
/// @dev IChainSettings says what holds when.
interface ISettingsChanges is IFactoryCaller {
    event TermsScheduled(uint256 indexed chainId, uint64 indexed epoch, Terms terms, uint256 effectiveAt);
    event TermsCanceled(uint256 indexed chainId, uint64 indexed epoch);
    event AdminOffered(uint256 indexed chainId, address indexed next);
    event AdminChanged(uint256 indexed chainId, address indexed previous, address indexed admin);
    event PriceChanged(uint256 indexed chainId, uint256 previous, uint256 price);
    event UpgradeScheduled(
        uint256 indexed chainId, uint256 indexed version, uint256 previousVersion, uint256 effectiveAt, uint256 operations
    );
    event UpgradeCanceled(uint256 indexed chainId, uint256 indexed version);
    /// @notice All batches that are not executed, from this one on, have the version `to`.
    event HaltedPassed(uint256 indexed chainId, uint256 indexed from, uint256 indexed to, uint256 firstBatch);

    error OnlyAdmin(address expected, address actual);
    /// @notice Only the account that the admin has offered the chain takes it over.
    error AdminNotOffered(address expected, address actual);
    /// @notice Terms of that epoch are scheduled already, and count from then on.
    error TermsPending(uint64 epoch, uint256 effectiveAt);
    error NoTermsScheduled();
    /// @notice A chain that was stopped keeps its terms.
    error TermsOfStoppedChain();
    /// @notice The price may at most double, and rises once a day.
    error PriceRisesTooFast(uint256 highest, uint256 actual);
    error PriceRisesTooSoon(uint256 earliest, uint256 actual);

    /// @notice The chain has this version, has scheduled it, or has executed it last.
    error VersionUnchanged(uint256 version);
    /// @notice Another upgrade is pending: no batch of its version has been executed yet.
    error UpgradePending(uint256 version);
    error NoUpgradeScheduled();
    /// @notice Too late to cancel it.
    error UpgradeInEffect(uint256 effectiveAt, uint256 actual);
    /// @notice A stopped chain commits no further batches.
    error UpgradeOfStoppedChain();
    /// @notice The chain has no quorum that could sign: batches come by `settle` alone, and nothing is reverted.
    error NoQuorum();
    /// @notice The chain has a quorum, which must sign: no batch comes by `settle`.
    error QuorumRequired(uint256 threshold);
    /// @notice This version proves no execution, and the chain has no quorum that could attest it.
    error VersionNeedsQuorum(uint256 version);

    /// @notice The version of what the chain has not executed is not halted.
    error NotHalted(uint256 version);
    /// @notice No upgrade of the chain is in effect, and its terms take no replacements, or the halted version has no replacement.
    error NoReplacement(uint256 version);
    /// @notice Committed batches must be executed or reverted first.
    error BatchesWaiting(uint256 executed, uint256 committed);
    /// @notice Bits 16 to 30 of a version: which machine runs its batches.
    error MachineMismatch(uint256 expected, uint256 actual);
    /// @notice Bits 1 to 7 of a version, its format, fall.
    error FormatFalls(uint256 from, uint256 to);
    error NotBeforeTooLate(uint256 latest, uint256 actual);

    /// @notice Writes a new chain's settings. Only the factory, which has checked them and uses no chain id twice.
    function configure(ChainConfiguration calldata configuration) external;

    /// @notice Records the chain's start, whose second its exports have. Only the factory.
    function recordBirth(uint256 chainId) external;

    /// @notice Settles the chain's terms from `upgradeNotice` seconds on, as its next epoch; from one window
    /// on if they are the current ones without the second check. Only the chain's admin. Reverts with
    /// SecondCheckUnsupported if they require the second check and the chain's version, or the one of an
    /// upgrade that waits, has no second verifier (IVerifierRegistry), with TermsPending while others wait,
    /// with ImportsMissing before the chain starts (IChainImports), with the factory's errors for terms with
    /// which no chain could be created, and with NoQuorum or QuorumRequired for a chain that would get its
    /// first quorum, or lose it.
    function scheduleTerms(uint256 chainId, Terms calldata next) external;

    /// @notice Withdraws terms that do not count yet. Only the chain's admin. Reverts with SecondCheckUnsupported if the current terms
    /// require the second check and an upgrade waits to a version without a second verifier.
    function cancelTerms(uint256 chainId) external;

    /// @notice Offers the chain to another account, which takes it by `acceptAdmin`; 0 withdraws the offer. Only the chain's admin.
    function offerAdmin(uint256 chainId, address next) external;

    /// @notice Takes the chain over. Only the account that it is offered to.
    function acceptAdmin(uint256 chainId) external;

    /// @notice Sets the price of the gas of operations that are queued from now on, within the bounds of a creation. Only the chain's admin.
    /// A higher price is at most twice the one before, a day or more after the last that was higher.
    function setPrice(uint256 chainId, uint128 price) external;

    /// @notice Settles the protocol version of the chain's batches from a time on: after the notice, and not
    /// before a time of at most 90 days from now, by which many chains can choose one day (0: after the
    /// notice). Only the chain's admin. Reverts with ImportsMissing before the chain starts (IChainImports),
    /// unless the version is known and neither halted nor retired nor about to retire, unless it has the same
    /// machine and no lower format, unless its reader counts by then (IChainFactory.requireReader), for a
    /// chain without a quorum unless it proves execution, with SecondCheckUnsupported if the last terms of
    /// the chain require the second check and the version has no second verifier, and while another upgrade
    /// has no executed batch yet, unless that version is halted.
    function scheduleUpgrade(uint256 chainId, uint256 version, uint64 notBefore) external;

    /// @notice Withdraws an upgrade that is not in effect yet, or whose version was halted before any batch
    /// of it was executed. Then the version before it, which must last, continues immediately; committed
    /// batches must be executed or reverted first. Only the chain's admin.
    function cancelUpgrade(uint256 chainId) external;

    /// @notice Takes a governed chain from a halted version: to the next one, once its upgrade is in effect,
    /// by anyone; else at once to the replacement, by the admin, where the chain's terms take replacements
    /// and its reader counts (IChainFactory.requireReader). Reverts with SecondCheckUnsupported as
    /// `scheduleUpgrade` does. The quorum must then revert committed batches: none of a halted version is
    /// executed. Where it is the next version that is halted, those before it come first.
    function passHalted(uint256 chainId) external;
}
