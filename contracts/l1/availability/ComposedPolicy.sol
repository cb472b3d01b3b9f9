// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IComposedPolicy} from "../../interfaces/IComposedPolicy.sol";
import {IDataAvailabilityPolicy} from "../../interfaces/IDataAvailabilityPolicy.sol";

/// @title Members of a composed policy
abstract contract ComposedPolicy is IComposedPolicy {
    uint256 private constant FEWEST_MEMBERS = 2;

    IDataAvailabilityPolicy[] internal parts;

    constructor(IDataAvailabilityPolicy[] memory members_) {
        if (members_.length < FEWEST_MEMBERS) revert TooFewMembers(FEWEST_MEMBERS, members_.length);
        for (uint256 i = 0; i < members_.length; ++i) {
            if (address(members_[i]).code.length == 0) revert MemberWithoutCode(address(members_[i]));
        }
        parts = members_;
    }

    /// @inheritdoc IComposedPolicy
    function members() external view returns (IDataAvailabilityPolicy[] memory) {
        return parts;
    }
}
