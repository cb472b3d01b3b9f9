// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title An ERC-20 for development: a devnet deploys it for a chain whose gas is paid with a separate token
/// @notice Its whole supply is its first holder's; no account can make more. It has no owner.
contract DevelopmentToken {
    /// @notice ERC-20: tokens have moved.
    event Transfer(address indexed from, address indexed to, uint256 amount);
    /// @notice ERC-20: an allowance was set.
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    /// @notice The holder has less than is to be moved.
    error BalanceTooSmall(address holder, uint256 balance, uint256 amount);
    /// @notice The spender may move less than is to be moved.
    error AllowanceTooSmall(address spender, uint256 allowance, uint256 amount);

    uint8 public constant decimals = 18;

    string public name;
    string public symbol;
    uint256 public immutable totalSupply;
    mapping(address holder => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(string memory name_, string memory symbol_, address holder, uint256 supply) {
        name = name_;
        symbol = symbol_;
        totalSupply = supply;
        balanceOf[holder] = supply;
        emit Transfer(address(0), holder, supply);
    }

    /// @notice Sets the amount of the caller's tokens that `spender` may move; the highest number means without limit.
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// @notice Moves the caller's tokens.
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    /// @notice Moves another account's tokens, up to the caller's allowance.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert AllowanceTooSmall(msg.sender, allowed, amount);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 balance = balanceOf[from];
        if (balance < amount) revert BalanceTooSmall(from, balance, amount);
        unchecked {
            balanceOf[from] = balance - amount;
            balanceOf[to] += amount;
        }
        emit Transfer(from, to, amount);
    }
}
