// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IChainTerms} from "../../interfaces/IChainTerms.sol";
import {BlockVote} from "../../interfaces/IContraryVotes.sol";
import {BatchWord, Fault, IEquivocation} from "../../interfaces/IEquivocation.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {ContraryVotes} from "../../libraries/ContraryVotes.sol";
import {Signatures} from "../../libraries/Signatures.sol";
import {QuorumEvidence} from "./QuorumEvidence.sol";

/// @title A validator that stood for two batches of one number at once, or cast two contrary votes
contract Equivocation is IEquivocation, QuorumEvidence {
    bytes32 private constant BATCH_TYPE = keccak256(
        "BatchCommitment(bytes32 commitment,uint64 batchNumber,uint256 revertCount,uint64 validFrom,uint64 validUntil)"
    );

    uint48 private immutable slashedWithin;

    /// @param reportTime Seconds after a fault within which a report may be sent.
    /// @param slashTime Seconds until a report that was sent is mined.
    constructor(IChainFactory factory_, IChainTerms settings_, uint48 reportTime, uint48 slashTime)
        QuorumEvidence(factory_, settings_, slashTime)
    {
        slashedWithin = reportTime + slashTime;
    }

    /// @inheritdoc IEquivocation
    function reportBatches(
        IStakeRegistry registry,
        Fault calldata fault,
        BatchWord calldata first,
        bytes calldata firstSignature,
        BatchWord calldata second,
        bytes calldata secondSignature
    ) external {
        _requireContrary(first, second, fault.faultAt);
        bytes32 one = _digest(fault.chainId, first);
        bytes32 two = _digest(fault.chainId, second);
        (address signer, bytes32 id) = ContraryVotes.signerOf(one, firstSignature, two, secondSignature);
        _slash(registry, fault, signer, id);
    }

    /// @inheritdoc IEquivocation
    function reportVotes(
        IStakeRegistry registry,
        Fault calldata fault,
        bytes32 life,
        BlockVote calldata first,
        bytes calldata firstSignature,
        BlockVote calldata second,
        bytes calldata secondSignature
    ) external {
        bytes32 domain = ContraryVotes.lifeDomain(DOMAIN_NAME, _hyperchainOf(fault.chainId), life);
        (address signer, bytes32 id) =
            ContraryVotes.judge(domain, fault.faultAt, first, firstSignature, second, secondSignature);
        _slash(registry, fault, signer, id);
    }

    /// @inheritdoc IEvidence
    function window(bytes calldata) external view returns (uint48) {
        return slashedWithin;
    }

    function _slash(IStakeRegistry registry, Fault calldata fault, address signer, bytes32 id) private {
        _requireCounted(fault.chainId, fault.epoch, fault.faultAt, signer);
        emit Equivocated(fault.chainId, signer, fault.epoch, id, msg.sender);
        registry.slash(abi.encode(fault.chainId), signer, fault.faultAt, id, msg.sender, address(0));
    }

    function _digest(uint256 chainId, BatchWord calldata word) private view returns (bytes32) {
        return Signatures.typedDataHash(_domainOf(_hyperchainOf(chainId)), keccak256(abi.encode(BATCH_TYPE, word)));
    }

    function _requireContrary(BatchWord calldata first, BatchWord calldata second, uint256 faultAt) private pure {
        if (first.batchNumber != second.batchNumber) revert NumbersDiffer(first.batchNumber, second.batchNumber);
        if (first.revertCount != second.revertCount) revert RevertCountsDiffer(first.revertCount, second.revertCount);
        if (first.commitment == second.commitment) revert SameCommitment(first.commitment);
        uint256 from = first.validFrom > second.validFrom ? first.validFrom : second.validFrom;
        uint256 until = first.validUntil < second.validUntil ? first.validUntil : second.validUntil;
        if (from > until) revert TimesDisjoint(from, until);
        if (faultAt < from || faultAt > until) revert FaultOutsideTimes(from, until, faultAt);
    }
}
