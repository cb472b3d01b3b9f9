// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One call that a third party makes.
struct PlannedCall {
    address target;
    uint256 value;
    bytes data;
}

/// @notice A contract that stands between an account and the entry points: it makes any calls, in sequence, tolerates
/// their failures, and can take everything back at the end. Told to, it makes prepared calls when it receives ETH, or refuses
/// it. Any other call to it succeeds and does nothing, so that it can be the decoy of an entry point.
contract ThirdParty {
    /// @notice Result of a call, in the order of the calls' ends.
    event CallEnded(bool success, bytes result);

    error Regretted();
    error EtherRefused();

    bool private refusesEther;
    PlannedCall[] private onEther;

    /// @return errors What each call reverted with; nothing where it succeeded.
    function run(PlannedCall[] calldata calls, bool regrets) external payable returns (bytes[] memory errors) {
        errors = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) errors[i] = _perform(calls[i]);
        if (regrets) revert Regretted();
    }

    function prepare(bool refusesEther_, PlannedCall[] calldata calls) external {
        refusesEther = refusesEther_;
        delete onEther;
        for (uint256 i = 0; i < calls.length; ++i) onEther.push(calls[i]);
    }

    receive() external payable {
        if (refusesEther) revert EtherRefused();
        for (uint256 i = 0; i < onEther.length; ++i) _perform(onEther[i]);
    }

    fallback() external payable {}

    function _perform(PlannedCall memory planned) private returns (bytes memory error) {
        (bool success, bytes memory result) = planned.target.call{value: planned.value}(planned.data);
        if (!success) error = result;
        emit CallEnded(success, error);
    }
}
