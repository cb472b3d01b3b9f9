// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token of the chain it is on; may take a fee of one unit, or return nothing, as some tokens do.
contract L2TestToken {
    string public constant name = "Test token";
    string public constant symbol = "TT";
    uint8 public constant decimals = 6;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;
    bool public takesFee;
    bool public returnsNothing;

    constructor(uint256 supply, bool takesFee_, bool returnsNothing_) {
        (totalSupply, takesFee, returnsNothing) = (supply, takesFee_, returnsNothing_);
        balanceOf[msg.sender] = supply;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external virtual returns (bool) {
        move(msg.sender, to, value);
        return answer();
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        move(from, to, value);
        return answer();
    }

    function move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        uint256 fee = takesFee ? 1 : 0;
        totalSupply -= fee;
        balanceOf[to] += value - fee;
    }

    function answer() private view returns (bool) {
        if (returnsNothing) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice A token that notes how much gas its transfer was given.
contract GreedyToken is L2TestToken(1000, false, false) {
    uint256 public gasGiven;

    function transfer(address, uint256) external override returns (bool) {
        gasGiven = gasleft();
        return true;
    }
}
