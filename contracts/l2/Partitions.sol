// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPartitions} from "../interfaces/l2/IPartitions.sol";

/// @notice See {IPartitions}. No transaction writes here: the chain itself sets the slot of a member, whose number is the account's address.
contract Partitions is IPartitions {
    /// @inheritdoc IPartitions
    function isMember(address account) external view returns (bool member) {
        assembly ("memory-safe") {
            member := iszero(iszero(sload(account)))
        }
    }
}
