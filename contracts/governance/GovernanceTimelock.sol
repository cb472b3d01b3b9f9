// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Where what a vote has decided waits
/// @notice OpenZeppelin's timelock, whose roles an account has while it deploys and then hands to the governor: afterwards the governor
/// alone proposes and cancels, anyone executes, and no account administers it.
contract GovernanceTimelock is TimelockController {
    constructor(address deployer) TimelockController(0, new address[](0), new address[](0), deployer) {
        _grantRole(PROPOSER_ROLE, deployer);
        _grantRole(EXECUTOR_ROLE, address(0));
    }

    /// @notice Ends the deployer's part: from now on what is proposed waits `minDelay` seconds. Only the deployer, once.
    function handOver(address governor, uint256 minDelay) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _grantRole(PROPOSER_ROLE, governor);
        _grantRole(CANCELLER_ROLE, governor);
        _revokeRole(PROPOSER_ROLE, msg.sender);
        _revokeRole(DEFAULT_ADMIN_ROLE, msg.sender);
        this.updateDelay(minDelay);
    }
}
