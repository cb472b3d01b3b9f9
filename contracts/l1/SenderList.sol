// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISenderList} from "../interfaces/ISenderList.sol";
import {ITransactionFilterer} from "../interfaces/ITransactionFilterer.sol";

/// @title A queue for named accounts alone
contract SenderList is ISenderList {
    /// @inheritdoc ISenderList
    mapping(address account => bool) public isListed;

    constructor(address[] memory accounts) {
        if (accounts.length == 0) revert ListEmpty();
        for (uint256 i = 0; i < accounts.length; ++i) isListed[accounts[i]] = true;
    }

    /// @inheritdoc ITransactionFilterer
    function isTransactionAllowed(address sender, address, uint256, uint256, bytes calldata, address)
        external
        view
        returns (bool)
    {
        return isListed[sender];
    }
}
