// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L2TestToken} from "./L2TestToken.sol";

/// @notice A pool of the chain's coin and a token that answers as a router of Uniswap v2 does, with the same price: 0.3% is kept. Its
/// own address represents the wrapped coin.
contract TestPool {
    error Expired();
    error InsufficientOutput();
    error InvalidPath();

    L2TestToken private immutable token;
    uint256 public coins;
    uint256 public tokens;

    constructor(L2TestToken token_) payable {
        token = token_;
        coins = msg.value;
    }

    /// @notice Takes what was transferred here into the pool.
    function sync() external payable {
        (coins, tokens) = (address(this).balance, token.balanceOf(address(this)));
    }

    function WETH() external view returns (address) {
        return address(this);
    }

    function getAmountsOut(uint256 amountIn, address[] calldata path) public view returns (uint256[] memory amounts) {
        bool givesCoin = path[0] == address(this) && path[1] == address(token);
        if (path.length != 2 || (!givesCoin && (path[0] != address(token) || path[1] != address(this)))) revert InvalidPath();
        (uint256 reserveIn, uint256 reserveOut) = givesCoin ? (coins, tokens) : (tokens, coins);
        amounts = new uint256[](2);
        amounts[0] = amountIn;
        amounts[1] = (amountIn * 997 * reserveOut) / (reserveIn * 1000 + amountIn * 997);
    }

    function swapExactETHForTokens(uint256 least, address[] calldata path, address to, uint256 deadline)
        external
        payable
        returns (uint256[] memory amounts)
    {
        amounts = price(msg.value, least, path, deadline);
        (coins, tokens) = (coins + msg.value, tokens - amounts[1]);
        token.transfer(to, amounts[1]);
    }

    function swapExactTokensForETH(uint256 amountIn, uint256 least, address[] calldata path, address to, uint256 deadline)
        external
        returns (uint256[] memory amounts)
    {
        amounts = price(amountIn, least, path, deadline);
        (coins, tokens) = (coins - amounts[1], tokens + amountIn);
        token.transferFrom(msg.sender, address(this), amountIn);
        payable(to).transfer(amounts[1]);
    }

    function price(uint256 amountIn, uint256 least, address[] calldata path, uint256 deadline)
        private
        view
        returns (uint256[] memory amounts)
    {
        if (block.timestamp > deadline) revert Expired();
        amounts = getAmountsOut(amountIn, path);
        if (amounts[1] < least) revert InsufficientOutput();
    }
}
