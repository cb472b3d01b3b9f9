// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Epochs, Terms} from "../types/Terms.sol";

/// @title What of a chain's configuration can change, and with which notice
/// @notice A chain's terms hold for an epoch: its validators and their threshold, its policy and its filterer. Epoch 0 has those of the
/// chain's creation. Its admin schedules the next ones, which count after the notice that an upgrade has, in which every account can
/// leave. Times, rate, base token and mode never change: the notice rests on them. At once change the admin, in two steps, and the
/// price of operations' gas, which at most doubles within a day.
///
/// Which clock decides: the validators and the filterer of a call are those of L1's time at that call, or validators whose epoch has
/// ended could stay by holding the chain's clock back. The policy is in a batch's commitment, so it is the one of the time of the
/// batch's first block; the one before counts for such a batch until L1's time is a window behind the change, and then no longer.
/// @dev Signatures name no epoch: the word of a validator that stays is its word still, that of another no longer counts.
interface IChainTerms {
    event TermsScheduled(uint256 indexed chainId, uint64 indexed epoch, Terms terms, uint256 effectiveAt);
    event TermsCanceled(uint256 indexed chainId, uint64 indexed epoch);
    event AdminOffered(uint256 indexed chainId, address indexed next);
    event AdminChanged(uint256 indexed chainId, address indexed previous, address indexed admin);
    event PriceChanged(uint256 indexed chainId, uint256 previous, uint256 price);

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

    /// @notice Settles the chain's terms from `upgradeNotice` seconds on, as its next epoch. Only the chain's admin. Reverts with
    /// TermsPending while others wait, with ImportsMissing before the chain is born (IChainImports), with the factory's errors for terms
    /// with which no chain could be created, and with NoQuorum or QuorumRequired for a chain that would get its first quorum, or lose it.
    function scheduleTerms(uint256 chainId, Terms calldata next) external;

    /// @notice Withdraws terms that do not count yet. Only the chain's admin.
    function cancelTerms(uint256 chainId) external;

    /// @notice Offers the chain to another account, which takes it by `acceptAdmin`; 0 withdraws the offer. Only the chain's admin.
    function offerAdmin(uint256 chainId, address next) external;

    /// @notice Takes the chain over. Only the account that it is offered to.
    function acceptAdmin(uint256 chainId) external;

    /// @notice Sets the price of the gas of operations that are queued from now on, within the bounds of a creation. Only the chain's admin.
    /// A higher price is at most twice the one before, a day or more after the last that was higher.
    function setPrice(uint256 chainId, uint128 price) external;

    /// @notice The terms of an epoch, also of the one that is scheduled; empty for others.
    function termsOf(uint256 chainId, uint64 epoch) external view returns (Terms memory);

    /// @notice Which epoch counts now.
    function epochsOf(uint256 chainId) external view returns (Epochs memory);

    /// @notice The account that speaks for the chain now; 0 for a chain that was not created.
    function adminOf(uint256 chainId) external view returns (address);

    /// @notice Whether this account's signature counts now.
    function isValidator(uint256 chainId, address account) external view returns (bool);
}
