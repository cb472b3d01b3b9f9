// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token that refuses one account, and tries a prepared call whenever it pays.
contract HostileFeeToken {
    event Tried(bool success, bytes result);

    error Refused(address account);

    mapping(address => uint256) public balanceOf;
    address public refused;
    address private target;
    bytes private data;
    bool private trying;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function refuse(address account) external {
        refused = account;
    }

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (to == refused) revert Refused(to);
        if (target != address(0) && !trying) {
            trying = true;
            (bool success, bytes memory result) = target.call(data);
            trying = false;
            emit Tried(success, result);
        }
        return _move(msg.sender, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}
