// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token that keeps a hundredth, rounded down, and asks the payer first, as ERC-777's do.
contract HookedFeeToken {
    mapping(address => uint256) public balanceOf;

    constructor(address holder, uint256 supply) {
        balanceOf[holder] = supply;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        NestingPayer(from).tokensToSend();
        return move(from, to, value);
    }

    function move(address from, address to, uint256 value) private returns (bool) {
        balanceOf[from] -= value;
        balanceOf[to] += value - value / 100;
        return true;
    }
}

/// @notice Pays once more while it pays.
contract NestingPayer {
    address private target;
    bytes private inner;

    function pay(address target_, bytes calldata outer, bytes calldata inner_) external {
        (target, inner) = (target_, inner_);
        forward(outer);
    }

    function tokensToSend() external {
        bytes memory call = inner;
        delete inner;
        if (call.length == 0) return;
        // That it is refused changes nothing of what is being paid.
        (bool success,) = target.call(call);
        success;
    }

    function forward(bytes calldata data) private {
        (bool success, bytes memory result) = target.call(data);
        if (success) return;
        assembly {
            revert(add(result, 0x20), mload(result))
        }
    }
}
