// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Epochs, Terms} from "../types/Terms.sol";

/// @title What of a chain's configuration can change, and with which notice
/// @notice A chain's terms hold for an epoch: its validators and their threshold, its policy and its filterer. Epoch 0 has those of the
/// chain's creation. Its admin schedules the next ones, which count after the notice that an upgrade has, in which every account can
/// leave. Terms that only drop the second check count after one window: a second verifier that refuses true batches must not open the
/// exit. So accounts that rely on the second check also rely on the admin: together with the quorum, and with a fault in the first
/// verifier, the admin can drop the check before all can leave. Times, rate, base token and mode never change: the notice rests on
/// them. At once change the admin, in two steps, and the price of operations' gas, which at most doubles within a day.
///
/// Which clock decides: the validators and the filterer of a call are those of L1's time at that call, or validators whose epoch has
/// ended could stay by holding the chain's clock back. The policy is in a batch's commitment, so it is the one of the time of the
/// batch's first block; the one before counts for such a batch until L1's time is a window behind the change, and then no longer.
/// @dev Signatures name no epoch: the word of a validator that stays is its word still, that of another no longer counts.
interface IChainTerms {
    /// @notice The terms of an epoch, also of the one that is scheduled; empty for others.
    function termsOf(uint256 chainId, uint64 epoch) external view returns (Terms memory);

    /// @notice Which epoch counts now.
    function epochsOf(uint256 chainId) external view returns (Epochs memory);

    /// @notice Present admin of the chain; 0 for a chain that was not created.
    function adminOf(uint256 chainId) external view returns (address);

    /// @notice Whether this account's signature counts now.
    function isValidator(uint256 chainId, address account) external view returns (bool);
}
