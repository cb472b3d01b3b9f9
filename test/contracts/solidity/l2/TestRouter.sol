// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface ITraded {
    // What they return is not looked at: some tokens return nothing.
    function transfer(address to, uint256 value) external;
    function transferFrom(address from, address to, uint256 value) external;
}

/// @notice A router that takes and pays what its caller says, or lies: and makes a prepared call in between. Token 0x800a is coin.
contract TestRouter {
    event Tried(bool success, bytes result);

    error PriceMoved();

    address private constant COIN = address(0x800a);
    address private target;
    bytes private data;

    receive() external payable {}

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function trade(address tokenIn, uint256 taken, address tokenOut, uint256 paid, address to) external payable returns (uint256) {
        if (tokenIn != COIN) ITraded(tokenIn).transferFrom(msg.sender, address(this), taken);
        else if (taken < msg.value) payable(msg.sender).transfer(msg.value - taken);
        if (target != address(0)) {
            (bool success, bytes memory result) = target.call(data);
            emit Tried(success, result);
        }
        if (tokenOut == COIN) payable(to).transfer(paid);
        else ITraded(tokenOut).transfer(to, paid);
        // What a pool says that it paid proves nothing.
        return type(uint256).max;
    }

    function fail() external payable {
        revert PriceMoved();
    }

    function take(address token, address from, uint256 amount) external {
        ITraded(token).transferFrom(from, address(this), amount);
    }
}
