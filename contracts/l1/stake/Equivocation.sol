// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IChainTerms} from "../../interfaces/IChainTerms.sol";
import {BatchWord, Fault, IEquivocation} from "../../interfaces/IEquivocation.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {Signatures} from "../../libraries/Signatures.sol";
import {Epochs, Quorum, Terms} from "../../types/Terms.sol";

/// @title A validator that stood for two batches of one number at once
contract Equivocation is IEquivocation {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    /// @dev As in `ValidatorQuorum`.
    bytes32 private constant DOMAIN_NAME = keccak256("Hyperchain");
    bytes32 private constant BATCH_TYPE = keccak256(
        "BatchCommitment(bytes32 commitment,uint64 batchNumber,uint256 revertCount,uint64 validFrom,uint64 validUntil)"
    );

    /// @inheritdoc IEquivocation
    IChainFactory public immutable factory;
    /// @inheritdoc IEquivocation
    IChainTerms public immutable settings;
    uint48 private immutable slashedWithin;

    /// @param reportTime Seconds after a fault within which a report may be sent.
    /// @param slashTime Seconds until a report that was sent is mined.
    constructor(IChainFactory factory_, IChainTerms settings_, uint48 reportTime, uint48 slashTime) {
        if (slashTime == 0) revert SlashTimeMissing();
        factory = factory_;
        settings = settings_;
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
        address signer = _signerOf(one, firstSignature, two, secondSignature);
        _requireCounted(fault, signer);
        bytes32 id = _idOf(signer, one, two);
        emit Equivocated(fault.chainId, signer, fault.epoch, id, msg.sender);
        registry.slash(abi.encode(fault.chainId), signer, fault.faultAt, id, msg.sender, address(0));
    }

    /// @inheritdoc IEvidence
    function window(bytes calldata) external view returns (uint48) {
        return slashedWithin;
    }

    /// @dev L1 knows when the present epoch began, and of those before that they were before.
    function _requireCounted(Fault calldata fault, address signer) private view {
        Epochs memory epochs = settings.epochsOf(fault.chainId);
        if (fault.epoch > epochs.current) revert EpochUnknown(epochs.current, fault.epoch);
        bool isNow = fault.faultAt >= epochs.currentAt;
        if (isNow != (fault.epoch == epochs.current)) revert FaultOutsideEpoch(fault.epoch, fault.faultAt);
        Terms memory terms = settings.termsOf(fault.chainId, fault.epoch);
        if (!_has(terms.quorum, signer) && !_has(terms.standby, signer)) revert SignerNotOfEpoch(fault.epoch, signer);
    }

    function _digest(uint256 chainId, BatchWord calldata word) private view returns (bytes32) {
        address hyperchain = factory.getHyperchain(chainId);
        if (hyperchain == address(0)) revert ChainUnknown(chainId);
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, DOMAIN_NAME, keccak256("1"), block.chainid, hyperchain));
        return Signatures.typedDataHash(domain, keccak256(abi.encode(BATCH_TYPE, word)));
    }

    /// @dev Name of one signer's fault, in whichever order the words are reported.
    function _idOf(address signer, bytes32 one, bytes32 two) private pure returns (bytes32) {
        return keccak256(one < two ? abi.encode(signer, one, two) : abi.encode(signer, two, one));
    }

    function _signerOf(bytes32 one, bytes calldata oneSignature, bytes32 two, bytes calldata twoSignature)
        private
        pure
        returns (address signer)
    {
        signer = Signatures.recover(one, oneSignature);
        address other = Signatures.recover(two, twoSignature);
        if (signer != other) revert SignersDiffer(signer, other);
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

    function _has(Quorum memory list, address account) private pure returns (bool) {
        for (uint256 i = 0; i < list.validators.length; ++i) {
            if (list.validators[i] == account) return true;
        }
        return false;
    }
}
