// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IChainTerms} from "../../interfaces/IChainTerms.sol";
import {IQuorumEvidence} from "../../interfaces/IQuorumEvidence.sol";
import {Epochs, Quorum, Terms} from "../../types/Terms.sol";

/// @title Judge of signatures of chains' validators
abstract contract QuorumEvidence is IQuorumEvidence {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    /// @dev The name that `ValidatorQuorum` has.
    bytes32 internal constant DOMAIN_NAME = keccak256("Hyperchain");

    /// @inheritdoc IQuorumEvidence
    IChainFactory public immutable factory;
    /// @inheritdoc IQuorumEvidence
    IChainTerms public immutable settings;

    constructor(IChainFactory factory_, IChainTerms settings_, uint48 slashTime) {
        if (slashTime == 0) revert SlashTimeMissing();
        factory = factory_;
        settings = settings_;
    }

    /// @dev L1 stores when the present epoch began, and that former epochs were before it. Returns the terms of the epoch.
    function _requireCounted(uint256 chainId, uint64 epoch, uint256 faultAt, address signer)
        internal
        view
        returns (Terms memory terms)
    {
        Epochs memory epochs = settings.epochsOf(chainId);
        if (epoch > epochs.current) revert EpochUnknown(epochs.current, epoch);
        bool isNow = faultAt >= epochs.currentAt;
        if (isNow != (epoch == epochs.current)) revert FaultOutsideEpoch(epoch, faultAt);
        terms = settings.termsOf(chainId, epoch);
        if (!_has(terms.quorum, signer) && !_has(terms.standby, signer)) revert SignerNotOfEpoch(epoch, signer);
    }

    function _hyperchainOf(uint256 chainId) internal view returns (address hyperchain) {
        hyperchain = factory.getHyperchain(chainId);
        if (hyperchain == address(0)) revert ChainUnknown(chainId);
    }

    /// @dev EIP-712 domain of a chain's contract.
    function _domainOf(address hyperchain) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, DOMAIN_NAME, keccak256("1"), block.chainid, hyperchain));
    }

    function _has(Quorum memory list, address account) private pure returns (bool) {
        for (uint256 i = 0; i < list.validators.length; ++i) {
            if (list.validators[i] == account) return true;
        }
        return false;
    }
}
