// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AtomicFlow, FlowFact, IAtomicFlows, IFlowRecipient} from "../../../../contracts/interfaces/l2/IAtomicFlows.sol";

/// @notice Takes a pivot's call, refuses it, answers wrongly, or calls back.
contract FlowRecipient is IFlowRecipient {
    error Refusing();

    event Taken(bytes32 id, address party, address token, uint256 amount, bytes data, uint256 value);

    bool public refuses;
    bytes4 public answer = IFlowRecipient.onFlow.selector;
    address private target;
    bytes private reentry;
    bool public reentered;

    function set(bool refuses_, bytes4 answer_) external {
        (refuses, answer) = (refuses_, answer_);
    }

    function prepareReentry(address target_, bytes calldata data) external {
        (target, reentry) = (target_, data);
    }

    function onFlow(bytes32 id, address party, address token, uint256 amount, bytes calldata data)
        external
        payable
        returns (bytes4)
    {
        if (refuses) revert Refusing();
        if (reentry.length != 0) (reentered,) = target.call(reentry);
        emit Taken(id, party, token, amount, data, msg.value);
        return answer;
    }
}

/// @notice A token that calls back while it moves.
contract ReentrantFlowToken {
    mapping(address => uint256) public balanceOf;
    address private target;
    bytes private reentry;
    bool public reentered;

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
    }

    function prepareReentry(address target_, bytes calldata data) external {
        (target, reentry) = (target_, data);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        return move(from, to, value);
    }

    function move(address from, address to, uint256 value) private returns (bool) {
        if (reentry.length != 0) {
            bytes memory data = reentry;
            delete reentry;
            (reentered,) = target.call(data);
        }
        balanceOf[from] -= value;
        balanceOf[to] += value;
        return true;
    }
}

/// @notice Makes any call, and takes no coins.
contract CoinlessCaller {
    function call(address to, bytes calldata data) external payable {
        (bool success, bytes memory result) = to.call{value: msg.value}(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }
}
