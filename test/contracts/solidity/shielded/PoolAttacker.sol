// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShieldedPool, JoinSplit} from "../../../../contracts/interfaces/IShieldedPool.sol";

/// @notice Receives coins of a pool and calls the pool back, or refuses the coins.
contract PoolAttacker {
    bytes private reentry;
    address private pool;
    bytes public answer;

    function arm(address pool_, bytes calldata reentry_) external {
        (pool, reentry) = (pool_, reentry_);
    }

    receive() external payable {
        require(pool != address(0), "no coins");
        (, answer) = pool.call(reentry);
    }
}
