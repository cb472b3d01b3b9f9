// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token whose manners tests choose: what it returns, what it keeps, whom it calls.
contract TokenDouble {
    /// @notice Manners of `transfer` and `transferFrom`.
    uint8 public constant RETURNS_TRUE = 0;
    uint8 public constant RETURNS_NOTHING = 1;
    uint8 public constant RETURNS_FALSE = 2;
    uint8 public constant RETURNS_TWO = 3;
    uint8 public constant RETURNS_MEGABYTE = 4;
    uint8 public constant REVERTS = 5;
    uint8 public constant RETURNS_SHORT = 6;

    string public name = "Token";
    string public symbol = "TKN";
    uint8 public decimals = 18;

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    uint8 public manner;
    uint256 public fee;
    uint256 public bonus;
    bool public silent;
    address private target;
    bytes private attack;
    bool private attacking;
    bytes public attackResult;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function setManner(uint8 value) external {
        manner = value;
    }

    function setFee(uint256 value) external {
        fee = value;
    }

    function setBonus(uint256 value) external {
        bonus = value;
    }

    /// @notice While silent, moves nothing and says that it did.
    function setSilent(bool value) external {
        silent = value;
    }

    /// @notice Sets the call that is made during the next transfer.
    function setAttack(address target_, bytes calldata data) external {
        (target, attack) = (target_, data);
        attackResult = "";
    }

    function setName(string calldata value) external {
        name = value;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (target != address(0) && !attacking) {
            attacking = true;
            (bool success, bytes memory result) = target.call(attack);
            attackResult = success ? bytes("succeeded") : result;
            attacking = false;
        }
        if (!silent) {
            balanceOf[from] -= amount;
            balanceOf[to] += amount - fee + bonus;
        }
        uint8 answer = manner;
        assembly ("memory-safe") {
            mstore(0, 1)
            switch answer
            case 0 { return(0, 0x20) }
            case 1 { return(0, 0) }
            case 2 {
                mstore(0, 0)
                return(0, 0x20)
            }
            case 3 {
                mstore(0, 2)
                return(0, 0x20)
            }
            case 4 { return(0, 1000000) }
            case 5 { revert(0, 0) }
            default { return(0, 0x1f) }
        }
    }
}
