// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token whose owner is against its holders: it can be paused, refuse accounts, take fees, answer false, and call any
/// contract during a transfer. Allowances are infinite: who is asked to pay is what the simulation looks at.
contract HostileToken {
    /// @notice Result of the call during a transfer.
    event CallEnded(bool success, bytes result);

    string public constant name = "Hostile";
    string public constant symbol = "HST";
    uint8 public constant decimals = 18;

    mapping(address account => uint256) public balanceOf;
    mapping(address account => bool) public isBlacklisted;
    bool public paused;
    bool public answersFalse;
    uint256 public fee;
    address private target;
    bytes private attack;
    bool private transient attacking;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function behave(bool paused_, bool answersFalse_, uint256 fee_) external {
        (paused, answersFalse, fee) = (paused_, answersFalse_, fee_);
    }

    function blacklist(address account, bool value) external {
        isBlacklisted[account] = value;
    }

    /// @notice Sets the call during each transfer; none if the target is 0.
    function prepare(address target_, bytes calldata data) external {
        (target, attack) = (target_, data);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        require(!paused && !isBlacklisted[from] && !isBlacklisted[to], "refused");
        if (target != address(0) && !attacking) {
            attacking = true;
            (bool success, bytes memory result) = target.call(attack);
            attacking = false;
            emit CallEnded(success, success ? bytes("") : result);
        }
        if (answersFalse) return false;
        balanceOf[from] -= amount;
        balanceOf[to] += amount < fee ? 0 : amount - fee;
        return true;
    }
}
