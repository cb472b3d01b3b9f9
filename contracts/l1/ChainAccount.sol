// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainAccount} from "../interfaces/IChainAccounts.sol";
import {RestrictedCallers} from "../l2/RestrictedCallers.sol";

/// @notice See {IChainAccount}. Runs behind minimal proxies.
contract ChainAccount is IChainAccount, RestrictedCallers {
    /// @dev Gas in addition to the call's: twice 2,600 for an account that delegates (EIP-7702), 9,000 for a
    /// value, and the code between the check and the call.
    uint256 private constant MARGIN = 15_000;

    address private immutable accounts = msg.sender;

    receive() external payable {}

    /// @inheritdoc IChainAccount
    function execute(address to, uint256 value, uint256 gas, bytes memory data)
        external
        onlyFrom(accounts)
        returns (bytes memory result)
    {
        if (data.length != 0 && to.code.length == 0) revert NoContract(to);
        if (address(this).balance < value) revert BalanceTooLow(value, address(this).balance);
        // A call passes on at most 63/64 of the gas that is left.
        uint256 required = gas + gas / 63 + MARGIN;
        if (gasleft() < required) revert NotEnoughGas(required, gasleft());
        bool success;
        // Solidity's own call could copy the calldata between the check and the call, for gas that grows with it.
        assembly ("memory-safe") {
            success := call(gas(), to, value, add(data, 0x20), mload(data), 0, 0)
            result := mload(0x40)
            mstore(0x40, add(result, and(add(returndatasize(), 0x3f), not(0x1f))))
            mstore(result, returndatasize())
            returndatacopy(add(result, 0x20), 0, returndatasize())
        }
        if (!success) revert CallFailed(result);
    }
}
