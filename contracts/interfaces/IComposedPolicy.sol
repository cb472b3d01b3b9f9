// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDataAvailabilityPolicy} from "./IDataAvailabilityPolicy.sol";

/// @title A policy made of policies
/// @notice Members are fixed; each may itself be composed. Trust follows the composition: data is available if all members of
/// an all-of policy say the truth, or the one that an any-of policy asked.
interface IComposedPolicy is IDataAvailabilityPolicy {
    error TooFewMembers(uint256 lowest, uint256 actual);
    error MemberWithoutCode(address member);
    error MemberUnknown(uint256 members, uint256 actual);

    function members() external view returns (IDataAvailabilityPolicy[] memory);
}
