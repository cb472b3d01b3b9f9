// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChainFactory} from "./IChainFactory.sol";
import {IChainTerms} from "./IChainTerms.sol";
import {IEvidence} from "./IEvidence.sol";

/// @title Judge of signatures of chains' validators
/// @notice One for all chains of a settlement layer. A signer counts if the chain's terms list it, as validator or as standby, in
/// the epoch of the fault's second.
interface IQuorumEvidence is IEvidence {
    /// @notice A report of the last second could not be mined before the coins leave.
    error SlashTimeMissing();
    error ChainUnknown(uint256 chainId);
    error EpochUnknown(uint256 highest, uint256 actual);
    error FaultOutsideEpoch(uint64 epoch, uint256 faultAt);
    error SignerNotOfEpoch(uint64 epoch, address signer);

    /// @notice Factory of the chains whose validators are judged.
    function factory() external view returns (IChainFactory);

    /// @notice Settings of these chains, with the epochs of their quorums.
    function settings() external view returns (IChainTerms);
}
