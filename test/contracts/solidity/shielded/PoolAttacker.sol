// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShieldedPool, JoinSplit} from "../../../../contracts/interfaces/IShieldedPool.sol";

/// @notice Receives coins of a pool and calls the pool back, refuses the coins, or spends all gas that it gets.
contract PoolAttacker {
    bytes private reentry;
    address private pool;
    bool private burns;
    bytes public answer;

    function arm(address pool_, bytes calldata reentry_) external {
        (pool, reentry) = (pool_, reentry_);
    }

    function burn() external {
        burns = true;
    }

    function claim(IShieldedPool from, address to) external {
        from.claim(to);
    }

    receive() external payable {
        while (burns) {}
        require(pool != address(0), "no coins");
        (, answer) = pool.call(reentry);
    }
}
