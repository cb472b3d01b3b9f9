// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CouncilTerms, ISecurityCouncil} from "../interfaces/ISecurityCouncil.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {Members} from "../libraries/Members.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title A council that can freeze protocol versions, and agree to their halt
contract SecurityCouncil is ISecurityCouncil {
    bytes32 private constant DOMAIN_NAME = keccak256("SecurityCouncil");
    bytes32 private constant FREEZE_TYPE =
        keccak256("Freeze(uint256[] versions,uint64 time,uint256 nonce,uint256 deadline)");
    bytes32 private constant SOFT_FREEZE_TYPE =
        keccak256("SoftFreeze(uint256[] versions,uint64 time,uint256 nonce,uint256 deadline)");
    bytes32 private constant UNFREEZE_TYPE = keccak256("Unfreeze(uint256 version,uint256 nonce,uint256 deadline)");
    bytes32 private constant APPROVE_HALT_TYPE =
        keccak256("ApproveHalt(uint256 version,uint32 replacement,uint256 nonce,uint256 deadline)");

    /// @inheritdoc ISecurityCouncil
    IVerifierRegistry public immutable registry;
    uint256 private immutable soft;
    uint256 private immutable hard;
    uint256 private immutable softTime;
    address[] private memberList;
    /// @inheritdoc ISecurityCouncil
    mapping(address account => bool) public isMember;
    /// @inheritdoc ISecurityCouncil
    uint256 public nonce;
    /// @inheritdoc ISecurityCouncil
    uint256 public softNonce;

    /// @param members_ Strictly ascending.
    constructor(IVerifierRegistry registry_, address[] memory members_, CouncilTerms memory terms_) {
        bool isOrdered = terms_.soft != 0 && terms_.soft <= terms_.hard && terms_.hard <= members_.length;
        if (!isOrdered) revert CouncilTermsOutOfRange(members_.length, terms_.soft, terms_.hard);
        uint256 whole = registry_.freezeTime();
        if (terms_.softTime >= whole) revert SoftTimeTooLong(whole, terms_.softTime);
        Members.add(isMember, members_);
        registry = registry_;
        memberList = members_;
        soft = terms_.soft;
        hard = terms_.hard;
        softTime = terms_.softTime;
    }

    /// @inheritdoc ISecurityCouncil
    function freeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures) external {
        _spend(_hashFreeze(FREEZE_TYPE, versions, time, nonce, deadline), deadline, signatures);
        // Else the fewer, who spend of the same time, could have the call of the others fail.
        uint256 left = registry.freezeLeft();
        registry.freeze(versions, time < left ? time : uint64(left));
    }

    /// @inheritdoc ISecurityCouncil
    function softFreeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures)
        external
    {
        _requireSigned(
            _hashFreeze(SOFT_FREEZE_TYPE, versions, time, softNonce, deadline), deadline, soft, signatures
        );
        emit SoftFreezeDone(softNonce++, signatures.length);
        uint256 left = softLeft();
        if (time > left) revert SoftFreezeTooLong(left, time);
        registry.freeze(versions, time);
    }

    /// @inheritdoc ISecurityCouncil
    function unfreeze(uint256 version, uint256 deadline, bytes[] calldata signatures) external {
        _spend(keccak256(abi.encode(UNFREEZE_TYPE, version, nonce, deadline)), deadline, signatures);
        registry.unfreeze(version);
    }

    /// @inheritdoc ISecurityCouncil
    function approveHalt(uint256 version, uint32 replacement, uint256 deadline, bytes[] calldata signatures) external {
        bytes32 act = keccak256(abi.encode(APPROVE_HALT_TYPE, version, replacement, nonce, deadline));
        _spend(act, deadline, signatures);
        registry.approveHalt(version, replacement);
    }

    /// @inheritdoc ISecurityCouncil
    function terms() external view returns (CouncilTerms memory) {
        return CouncilTerms({soft: soft, hard: hard, softTime: softTime});
    }

    /// @inheritdoc ISecurityCouncil
    function members() external view returns (address[] memory) {
        return memberList;
    }

    /// @inheritdoc ISecurityCouncil
    function softLeft() public view returns (uint256) {
        uint256 spent = registry.freezeTime() - registry.freezeLeft();
        return spent < softTime ? softTime - spent : 0;
    }

    function _spend(bytes32 act, uint256 deadline, bytes[] calldata signatures) private {
        _requireSigned(act, deadline, hard, signatures);
        emit ActDone(nonce++, signatures.length);
    }

    function _requireSigned(bytes32 act, uint256 deadline, uint256 needed, bytes[] calldata signatures) private view {
        if (block.timestamp > deadline) revert ActExpired(deadline, block.timestamp);
        if (signatures.length < needed) revert TooFewCouncilSignatures(needed, signatures.length);
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), act);
        Members.requireSigned(isMember, digest, signatures);
    }

    function _hashFreeze(bytes32 kind, uint256[] calldata versions, uint64 time, uint256 number, uint256 deadline)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(kind, keccak256(abi.encodePacked(versions)), time, number, deadline));
    }
}
