// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BlockVote, IContraryVotes} from "../interfaces/IContraryVotes.sol";
import {Signatures} from "./Signatures.sol";

/// @title Comparison of two votes of one node
library ContraryVotes {
    bytes32 private constant LIFE_DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)");
    bytes32 private constant VOTE_TYPE =
        keccak256("BlockVote(uint8 kind,uint64 epoch,uint64 view,bytes32 id,uint64 signedAt)");
    uint8 private constant NOTARIZE = 1;
    uint8 private constant NULLIFY = 2;
    uint8 private constant FINALIZE = 3;

    /// @notice EIP-712 domain of the votes in one life of a group of nodes.
    /// @param nameHash Hash of the domain's name.
    /// @param verifyingContract Contract that the group decides for.
    function lifeDomain(bytes32 nameHash, address verifyingContract, bytes32 life) internal view returns (bytes32) {
        return keccak256(
            abi.encode(LIFE_DOMAIN_TYPE, nameHash, keccak256("1"), block.chainid, verifyingContract, life)
        );
    }

    /// @notice Judges two votes in one life of a group. Reverts unless one account signed both, and no honest node casts both.
    /// @param domain Domain of the life.
    /// @param faultAt Second of one of the votes: the coins of another second do not answer for them.
    /// @return signer The account that signed both.
    /// @return id Name of its fault, in whichever order the votes are reported.
    function judge(
        bytes32 domain,
        uint256 faultAt,
        BlockVote calldata first,
        bytes calldata firstSignature,
        BlockVote calldata second,
        bytes calldata secondSignature
    ) internal pure returns (address signer, bytes32 id) {
        _requireContrary(first, second, faultAt);
        return signerOf(_digest(domain, first), firstSignature, _digest(domain, second), secondSignature);
    }

    /// @notice The account that signed both digests, and the name of its fault.
    function signerOf(bytes32 one, bytes calldata oneSignature, bytes32 two, bytes calldata twoSignature)
        internal
        pure
        returns (address signer, bytes32 id)
    {
        signer = Signatures.recover(one, oneSignature);
        address other = Signatures.recover(two, twoSignature);
        if (signer != other) revert IContraryVotes.SignersDiffer(signer, other);
        id = keccak256(one < two ? abi.encode(signer, one, two) : abi.encode(signer, two, one));
    }

    function _digest(bytes32 domain, BlockVote calldata vote) private pure returns (bytes32) {
        return Signatures.typedDataHash(domain, keccak256(abi.encode(VOTE_TYPE, vote)));
    }

    function _requireContrary(BlockVote calldata first, BlockVote calldata second, uint256 faultAt) private pure {
        if (first.epoch != second.epoch) revert IContraryVotes.VoteEpochsDiffer(first.epoch, second.epoch);
        if (first.view_ != second.view_) revert IContraryVotes.ViewsDiffer(first.view_, second.view_);
        bool areOfOneKind = first.kind == second.kind && (first.kind == NOTARIZE || first.kind == FINALIZE);
        bool nullifiesAndFinalizes = (first.kind == NULLIFY && second.kind == FINALIZE)
            || (first.kind == FINALIZE && second.kind == NULLIFY);
        if (!areOfOneKind && !nullifiesAndFinalizes) revert IContraryVotes.VotesCompatible(first.kind, second.kind);
        if (areOfOneKind && first.id == second.id) revert IContraryVotes.SameDecision(first.id);
        if (faultAt != first.signedAt && faultAt != second.signedAt) {
            revert IContraryVotes.FaultOutsideVotes(first.signedAt, second.signedAt, faultAt);
        }
    }
}
