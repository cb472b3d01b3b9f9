// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVerifierRegistry} from "./IVerifierRegistry.sol";

/// @notice Thresholds of a council's signatures, and the time for which the lower one may freeze.
/// @param soft Signatures for a soft freeze.
/// @param hard Signatures for everything else.
/// @param softTime Less than the registry's `freezeTime`: what is more of a cycle's time is left to `hard`
/// signatures.
struct CouncilTerms {
    uint256 soft;
    uint256 hard;
    uint256 softTime;
}

/// @title A council that can freeze protocol versions, and agree to their halt
/// @notice It has no other power, and no owner: its members and thresholds are fixed. Governance names
/// another council with notice. Members sign off-chain (EIP-712, domain `SecurityCouncil` version `1`), in
/// ascending order of their addresses; anyone brings the signatures. Each is for one kind of act and its next
/// number alone. Soft freezes have separate numbers: none of them voids an act that more members have signed,
/// and no signature for another act counts for one.
interface ISecurityCouncil {
    event ActDone(uint256 indexed nonce, uint256 signatures);
    event SoftFreezeDone(uint256 indexed nonce, uint256 signatures);

    error CouncilTermsOutOfRange(uint256 members, uint256 soft, uint256 hard);
    error TooFewCouncilSignatures(uint256 expected, uint256 actual);
    error ActExpired(uint256 deadline, uint256 actual);
    error SoftTimeTooLong(uint256 freezeTime, uint256 softTime);
    /// @notice More than a soft freeze may spend of this cycle's time.
    error SoftFreezeTooLong(uint256 left, uint256 asked);

    function registry() external view returns (IVerifierRegistry);
    function terms() external view returns (CouncilTerms memory);
    function members() external view returns (address[] memory);
    function isMember(address account) external view returns (bool);

    /// @notice Number of the next act other than a soft freeze.
    function nonce() external view returns (uint256);

    /// @notice Number of the next soft freeze.
    function softNonce() external view returns (uint256);

    /// @notice Seconds that a soft freeze can have now. It never makes what is spent of the registry's cycle more than `softTime`, by
    /// whichever freezes that was spent: so the rest of each cycle is left to `hard` signatures, for all versions.
    function softLeft() external view returns (uint256);

    /// @notice `Freeze(uint256[] versions,uint64 time,uint256 nonce,uint256 deadline)`. Where less than `time` is left of the registry's
    /// cycle, for what is left.
    function freeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures) external;

    /// @notice `SoftFreeze(uint256[] versions,uint64 time,uint256 nonce,uint256 deadline)`, with `softNonce` as its nonce.
    function softFreeze(uint256[] calldata versions, uint64 time, uint256 deadline, bytes[] calldata signatures)
        external;

    /// @notice `Unfreeze(uint256 version,uint256 nonce,uint256 deadline)`
    function unfreeze(uint256 version, uint256 deadline, bytes[] calldata signatures) external;

    /// @notice `ApproveHalt(uint256 version,uint32 replacement,uint256 nonce,uint256 deadline)`
    function approveHalt(uint256 version, uint32 replacement, uint256 deadline, bytes[] calldata signatures) external;
}
