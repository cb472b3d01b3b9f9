// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Makes a test's calls, keeps all that it gets, and makes one more call when it gets a token that calls it.
contract RefundedContract {
    bytes private again;
    address private target;
    bool public reenteredInVain;

    receive() external payable {}

    function call(address to, bytes calldata data, uint256 value) external payable returns (bytes memory result) {
        bool success;
        (success, result) = to.call{value: value}(data);
        if (success) return result;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    /// @notice From now on each receipt of the token below leads to this call.
    function callAgain(address to, bytes calldata data) external {
        (target, again) = (to, data);
    }

    function received() external {
        if (target == address(0)) return;
        (bool success,) = target.call(again);
        reenteredInVain = !success;
    }
}

/// @notice A token that tells recipients with code what they get.
contract TellingToken {
    string public constant name = "Telling";
    string public constant symbol = "TELL";
    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;

    constructor(address holder, uint256 supply) {
        balanceOf[holder] = supply;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        if (to.code.length != 0) RefundedContract(payable(to)).received();
        return true;
    }

    /// @dev Needs no approval: its holders are the test's.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        return true;
    }
}
