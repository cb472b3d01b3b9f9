// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Choices about the contracts that the chains on a hyperchain share.
/// @param governance Adds and retires protocol versions.
/// @param council Of VerifierRegistry.
/// @param number Tells settlements with the same other terms apart.
/// @param retirementNotice Of VerifierRegistry, seconds.
/// @param freezeTime Of VerifierRegistry, seconds.
/// @param freezeCycle Of VerifierRegistry, seconds.
/// @param reactionTime Of ChainSettings, seconds.
/// @param revealDelay Of ChainFactory, seconds.
/// @param recoveryTime Of ChainFactory, seconds.
struct SettlementTerms {
    address governance;
    address council;
    uint256 number;
    uint256 retirementNotice;
    uint256 freezeTime;
    uint256 freezeCycle;
    uint256 reactionTime;
    uint256 revealDelay;
    uint256 recoveryTime;
}
