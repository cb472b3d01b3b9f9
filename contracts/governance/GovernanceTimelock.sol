// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Where what a vote has decided waits
/// @notice OpenZeppelin's timelock, which an account administers while it deploys and then hands to the governor: afterwards the governor
/// alone proposes and cancels, anyone executes, and no account administers it.
/// @dev The deployer leaves nothing behind. It acts at once and queues nothing, since no account may propose before the governor may;
/// and roles are given by this contract's acts alone, so that it names no account except the governor.
contract GovernanceTimelock is TimelockController {
    /// @notice The deployer administers no roles, neither directly nor through this contract.
    error RolesFollowVotes(address caller);
    /// @notice No vote could ever act through it, and the timelock would be without governance for good.
    error GovernorWithoutCode(address governor);

    constructor(address deployer) TimelockController(0, new address[](0), new address[](0), deployer) {
        _grantRole(EXECUTOR_ROLE, address(0));
    }

    /// @notice Does at once what governance may, before it is handed over: adds the first versions. Only the deployer.
    function act(address target, bytes calldata data) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (target == address(this)) revert RolesFollowVotes(msg.sender);
        _execute(target, 0, data);
    }

    /// @notice Ends the deployer's part: from now on what is proposed waits `minDelay` seconds. Only the deployer, once, and to a contract.
    function handOver(address governor, uint256 minDelay) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (governor.code.length == 0) revert GovernorWithoutCode(governor);
        _grantRole(PROPOSER_ROLE, governor);
        _grantRole(CANCELLER_ROLE, governor);
        _revokeRole(DEFAULT_ADMIN_ROLE, msg.sender);
        this.updateDelay(minDelay);
    }

    /// @notice Grants a role, by a vote alone.
    function grantRole(bytes32 role, address account) public override {
        if (msg.sender != address(this)) revert RolesFollowVotes(msg.sender);
        super.grantRole(role, account);
    }

    /// @notice Revokes a role, by a vote alone: without a role for anyone to execute, or for itself to administer, no later vote could act.
    function revokeRole(bytes32 role, address account) public override {
        if (msg.sender != address(this)) revert RolesFollowVotes(msg.sender);
        super.revokeRole(role, account);
    }
}
