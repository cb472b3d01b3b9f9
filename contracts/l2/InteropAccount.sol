// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInteropAccount} from "../interfaces/l2/IInteropAccount.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";
import {bubble} from "./Bubble.sol";

/// @notice See {IInteropAccount}. Runs behind minimal proxies.
contract InteropAccount is IInteropAccount, RestrictedCallers {
    receive() external payable {}

    /// @inheritdoc IInteropAccount
    function execute(address to, bytes calldata data)
        external
        payable
        onlyFrom(Predeploys.INTEROP_HANDLER)
        returns (bytes memory)
    {
        (bool success, bytes memory result) = to.call{value: msg.value}(data);
        if (!success) bubble(result);
        return result;
    }
}
