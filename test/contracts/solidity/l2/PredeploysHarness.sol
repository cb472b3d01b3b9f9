// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "../../../../contracts/l2/Predeploys.sol";

contract PredeploysHarness {
    /// @notice In the order of `src/ground/protocol/predeploys.ts`.
    function all() external pure returns (address[14] memory) {
        return [
            Predeploys.L1_MESSENGER,
            Predeploys.BASE_TOKEN,
            Predeploys.SYSTEM_CONTEXT,
            Predeploys.ASSET_ROUTER,
            Predeploys.NATIVE_TOKEN_VAULT,
            Predeploys.IMPORTED_ROOTS,
            Predeploys.MESSAGE_VERIFICATION,
            Predeploys.INTEROP_CENTER,
            Predeploys.INTEROP_HANDLER,
            Predeploys.CROSS_CHAIN_VIEWS,
            Predeploys.PARTITIONS,
            Predeploys.BRIDGED_TOKEN_IMPLEMENTATION,
            Predeploys.INTEROP_ACCOUNT_IMPLEMENTATION,
            Predeploys.STATE_TREE
        ];
    }

    function reserve() external pure returns (uint256) {
        return Predeploys.BASE_TOKEN_RESERVE;
    }
}
