// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRestrictedCallers} from "../interfaces/l2/IRestrictedCallers.sol";

abstract contract RestrictedCallers is IRestrictedCallers {
    modifier onlyFrom(address expected) {
        if (msg.sender != expected) revert CallerNotAllowed(expected, msg.sender);
        _;
    }
}
