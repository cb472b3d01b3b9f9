// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BlockVote} from "../../interfaces/IContraryVotes.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {IHub} from "../../interfaces/IHub.sol";
import {HubFault, IHubEquivocation} from "../../interfaces/IHubEquivocation.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {ContraryVotes} from "../../libraries/ContraryVotes.sol";

/// @title An aggregator of a hub that cast two contrary votes
contract HubEquivocation is IHubEquivocation {
    /// @dev The name that `Hub` has.
    bytes32 private constant DOMAIN_NAME = keccak256("Hyperchain Hub");

    uint48 private immutable slashedWithin;

    /// @param reportTime Seconds after a fault within which a report may be sent.
    /// @param slashTime Seconds until a report that was sent is mined.
    constructor(uint48 reportTime, uint48 slashTime) {
        if (slashTime == 0) revert SlashTimeMissing();
        slashedWithin = reportTime + slashTime;
    }

    /// @inheritdoc IHubEquivocation
    function reportVotes(
        IStakeRegistry registry,
        HubFault calldata fault,
        BlockVote calldata first,
        bytes calldata firstSignature,
        BlockVote calldata second,
        bytes calldata secondSignature
    ) external {
        bytes32 domain = ContraryVotes.lifeDomain(DOMAIN_NAME, fault.hub, fault.life);
        (address signer, bytes32 id) =
            ContraryVotes.judge(domain, fault.faultAt, first, firstSignature, second, secondSignature);
        _requireCounted(fault, first.epoch, signer);
        emit AggregatorEquivocated(fault.hub, signer, first.epoch, id, msg.sender);
        registry.slash(abi.encode(fault.hub), signer, fault.faultAt, id, msg.sender, address(0));
    }

    /// @inheritdoc IEvidence
    function window(bytes calldata) external view returns (uint48) {
        return slashedWithin;
    }

    function _requireCounted(HubFault calldata fault, uint64 epoch, address signer) private view {
        if (fault.hub.code.length == 0) revert HubUnknown(fault.hub);
        IHub hub = IHub(fault.hub);
        uint64 current = hub.currentEpoch();
        // A scheduled epoch may still get other aggregators.
        if (epoch > current) revert EpochUnknown(current, epoch);
        (uint64 since, address[] memory aggregators) = hub.epochAt(epoch);
        uint256 until = epoch == current ? type(uint256).max : _countedUntil(hub, epoch);
        if (fault.faultAt < since || fault.faultAt >= until) {
            revert FaultOutsideEpoch(epoch, since, until, fault.faultAt);
        }
        for (uint256 i = 0; i < aggregators.length; ++i) {
            if (aggregators[i] == signer) return;
        }
        revert SignerNotOfEpoch(epoch, signer);
    }

    /// @dev A hub lands blocks of the epoch before for one more notice, so contrary votes harm it until then.
    function _countedUntil(IHub hub, uint64 epoch) private view returns (uint256) {
        (uint64 next,) = hub.epochAt(epoch + 1);
        return uint256(next) + hub.noticeSeconds();
    }
}
