// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Holding} from "../../interfaces/l2/IHeldAccounts.sol";

/// @title Amounts of a held account, by token
/// @notice Tokens strictly ascend and no amount is 0, before and after, so that each account has one hash.
library Holdings {
    /// @dev The sum cannot overflow: the contract has the sum of all held accounts.
    function credit(Holding[] memory holdings, address token, uint256 amount) internal pure returns (Holding[] memory) {
        uint256 index = _indexOf(holdings, token);
        if (index < holdings.length && holdings[index].token == token) {
            holdings[index].amount += amount;
            return holdings;
        }
        Holding[] memory grown = new Holding[](holdings.length + 1);
        for (uint256 i = 0; i < index; ++i) grown[i] = holdings[i];
        grown[index] = Holding(token, amount);
        for (uint256 i = index; i < holdings.length; ++i) grown[i + 1] = holdings[i];
        return grown;
    }

    /// @return isCovered False if the account has less; `remaining` is then meaningless.
    function debit(Holding[] memory holdings, address token, uint256 amount)
        internal
        pure
        returns (bool isCovered, Holding[] memory remaining)
    {
        uint256 index = _indexOf(holdings, token);
        if (index == holdings.length || holdings[index].token != token || holdings[index].amount < amount) {
            return (false, holdings);
        }
        holdings[index].amount -= amount;
        if (holdings[index].amount != 0) return (true, holdings);
        remaining = new Holding[](holdings.length - 1);
        for (uint256 i = 0; i < index; ++i) remaining[i] = holdings[i];
        for (uint256 i = index; i < remaining.length; ++i) remaining[i] = holdings[i + 1];
        return (true, remaining);
    }

    /// @dev Index of the first token that is not below the given one.
    function _indexOf(Holding[] memory holdings, address token) private pure returns (uint256 index) {
        while (index < holdings.length && holdings[index].token < token) ++index;
    }
}
