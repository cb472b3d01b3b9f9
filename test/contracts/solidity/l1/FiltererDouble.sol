// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITransactionFilterer} from "../../../../contracts/interfaces/ITransactionFilterer.sol";

/// @notice Lets one sender into the queue.
contract FiltererDouble is ITransactionFilterer {
    address private immutable allowed;

    constructor(address allowed_) {
        allowed = allowed_;
    }

    function isTransactionAllowed(address sender, address, uint256, uint256, bytes calldata, address)
        external
        view
        returns (bool)
    {
        return sender == allowed;
    }
}
