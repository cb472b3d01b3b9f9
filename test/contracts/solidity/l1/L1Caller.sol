// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL1Messenger} from "../../../../contracts/interfaces/l2/IL1Messenger.sol";
import {L1CallMessage} from "../../../../contracts/libraries/L1CallMessage.sol";

/// @notice A contract on a chain that has contracts on L1 called.
contract L1Caller {
    IL1Messenger private constant MESSENGER = IL1Messenger(0x0000000000000000000000000000000000008008);

    uint256 private immutable l1ChainId;
    address private immutable chainAccounts;
    uint128 private calls;

    constructor(uint256 l1ChainId_, address chainAccounts_) {
        (l1ChainId, chainAccounts) = (l1ChainId_, chainAccounts_);
    }

    function callOnL1(address to, uint64 gas, bytes calldata data) external returns (bytes32 messageHash) {
        uint64 lastSecond = uint64(block.timestamp + 1 days);
        L1CallMessage.L1Call memory order = L1CallMessage.L1Call(calls++, lastSecond, gas, 0, to, data);
        return MESSENGER.sendToL1(L1CallMessage.encode(l1ChainId, chainAccounts, order));
    }
}
