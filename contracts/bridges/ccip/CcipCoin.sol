// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICcipCoin} from "../../interfaces/bridges/ccip/ICcipCoin.sol";
import {TokenTransfer} from "../../libraries/TokenTransfer.sol";

/// @notice Function of a contract that gets tokens, which ERC-677 calls.
interface ITokenTaker {
    function onTokenTransfer(address from, uint256 amount, bytes calldata data) external;
}

/// @notice See {ICcipCoin}.
contract CcipCoin is ICcipCoin {
    uint8 public constant decimals = 18;

    string public name;
    string public symbol;
    mapping(address holder => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(string memory name_, string memory symbol_) {
        name = name_;
        symbol = symbol_;
    }

    receive() external payable {
        deposit();
    }

    /// @inheritdoc ICcipCoin
    function withdraw(uint256 amount) external {
        _take(msg.sender, amount);
        emit Transfer(msg.sender, address(0), amount);
        emit Withdrawal(msg.sender, amount);
        TokenTransfer.send(address(0), msg.sender, amount);
    }

    /// @inheritdoc ICcipCoin
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert AllowanceTooSmall(msg.sender, allowed, amount);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
        return true;
    }

    /// @inheritdoc ICcipCoin
    function transferAndCall(address to, uint256 amount, bytes calldata data) external returns (bool) {
        _move(msg.sender, to, amount);
        if (to.code.length != 0) ITokenTaker(to).onTokenTransfer(msg.sender, amount, data);
        return true;
    }

    /// @inheritdoc ICcipCoin
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc ICcipCoin
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    /// @inheritdoc ICcipCoin
    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Transfer(address(0), msg.sender, msg.value);
        emit Deposit(msg.sender, msg.value);
    }

    function _move(address from, address to, uint256 amount) private {
        _take(from, amount);
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }

    function _take(address from, uint256 amount) private {
        uint256 balance = balanceOf[from];
        if (balance < amount) revert BalanceTooSmall(from, balance, amount);
        balanceOf[from] = balance - amount;
    }
}
