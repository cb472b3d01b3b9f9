// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVerifierRegistry} from "./IVerifierRegistry.sol";

/// @notice How many of a council's members must sign, and for how long the fewer may freeze.
/// @param soft Signatures for a freeze of at most `softTime` seconds, once in a cycle of the registry's.
/// @param hard Signatures for everything else.
struct CouncilTerms {
    uint256 soft;
    uint256 hard;
    uint256 softTime;
}

/// @title A council that can freeze protocol versions, and agree to their halt
/// @notice It has no other power, and no owner: its members and thresholds are fixed. Governance names another council with notice.
/// Members sign off-chain (EIP-712, domain `SecurityCouncil` version `1`), in ascending order of their addresses; anyone brings the
/// signatures. Each is for the next act alone, so one that was not brought is void once another act was.
interface ISecurityCouncil {
    event ActDone(uint256 indexed nonce, uint256 signatures);

    error CouncilTermsOutOfRange(uint256 members, uint256 soft, uint256 hard);
    error TooFewCouncilSignatures(uint256 expected, uint256 actual);
    error ActExpired(uint256 deadline, uint256 actual);
    /// @notice Fewer members than `hard` have frozen in this cycle already.
    error SoftFreezeTooSoon(uint256 earliest, uint256 actual);

    function registry() external view returns (IVerifierRegistry);
    function terms() external view returns (CouncilTerms memory);
    function members() external view returns (address[] memory);
    function isMember(address account) external view returns (bool);

    /// @notice Of the next act.
    function nonce() external view returns (uint256);

    /// @notice The first second in which fewer members than `hard` can freeze.
    function softFrom() external view returns (uint256);

    /// @notice `Freeze(uint256[] versions,uint64 time,uint256 nonce,uint256 deadline)`
    function freeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures) external;

    /// @notice `Unfreeze(uint256 version,uint256 nonce,uint256 deadline)`
    function unfreeze(uint256 version, uint256 deadline, bytes[] calldata signatures) external;

    /// @notice `ApproveHalt(uint256 version,uint32 replacement,uint256 nonce,uint256 deadline)`
    function approveHalt(uint256 version, uint32 replacement, uint256 deadline, bytes[] calldata signatures) external;
}
