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
    uint256 public softFrom;

    /// @param members_ Strictly ascending.
    constructor(IVerifierRegistry registry_, address[] memory members_, CouncilTerms memory terms_) {
        bool isOrdered = terms_.soft != 0 && terms_.soft <= terms_.hard && terms_.hard <= members_.length;
        if (!isOrdered) revert CouncilTermsOutOfRange(members_.length, terms_.soft, terms_.hard);
        Members.add(isMember, members_);
        registry = registry_;
        memberList = members_;
        soft = terms_.soft;
        hard = terms_.hard;
        softTime = terms_.softTime;
    }

    /// @inheritdoc ISecurityCouncil
    function freeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures) external {
        bytes32 named = keccak256(abi.encodePacked(versions));
        bytes32 act = keccak256(abi.encode(FREEZE_TYPE, named, time, nonce, deadline));
        _spend(act, deadline, time > softTime ? hard : soft, signatures);
        if (signatures.length < hard) _spendSoft(time);
        registry.freeze(versions, time);
    }

    /// @inheritdoc ISecurityCouncil
    function unfreeze(uint256 version, uint256 deadline, bytes[] calldata signatures) external {
        _spend(keccak256(abi.encode(UNFREEZE_TYPE, version, nonce, deadline)), deadline, hard, signatures);
        registry.unfreeze(version);
    }

    /// @inheritdoc ISecurityCouncil
    function approveHalt(uint256 version, uint32 replacement, uint256 deadline, bytes[] calldata signatures) external {
        bytes32 act = keccak256(abi.encode(APPROVE_HALT_TYPE, version, replacement, nonce, deadline));
        _spend(act, deadline, hard, signatures);
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

    /// @dev Else the fewer could freeze again and again, until nothing is left for an emergency.
    function _spendSoft(uint64 time) private {
        if (block.timestamp < softFrom) revert SoftFreezeTooSoon(softFrom, block.timestamp);
        softFrom = block.timestamp + time + registry.freezeCycle();
    }

    function _spend(bytes32 act, uint256 deadline, uint256 needed, bytes[] calldata signatures) private {
        if (block.timestamp > deadline) revert ActExpired(deadline, block.timestamp);
        uint256 count = signatures.length;
        if (count < needed) revert TooFewCouncilSignatures(needed, count);
        bytes32 digest = Signatures.typedDataHash(Signatures.domainSeparator(DOMAIN_NAME), act);
        Members.requireSigned(isMember, digest, signatures);
        emit ActDone(nonce++, count);
    }
}
