// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";
import {IInteropCallback} from "../../../../contracts/interfaces/l2/IInteropHandler.sol";
import {IInteropCenter} from "../../../../contracts/interfaces/l2/IInteropCenter.sol";
import {InteropCallStarter} from "../../../../contracts/interfaces/l2/InteropBundle.sol";

/// @notice Tries a prepared call whenever something calls it: as relayer, recipient, listener or token.
contract Reentrant is IERC7786Recipient, IInteropCallback {
    event Tried(bool success, bytes result);

    address private target;
    bytes private data;
    bool private trying;
    mapping(address => uint256) public balanceOf;

    receive() external payable {
        attempt();
    }

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function execute(address to, bytes calldata data_) external {
        (bool success,) = to.call(data_);
        require(success);
    }

    function send(IInteropCenter center, bytes calldata chain, InteropCallStarter[] calldata calls, bytes[] calldata attributes)
        external
        payable
    {
        center.sendBundle{value: msg.value}(chain, calls, attributes);
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        attempt();
        return IERC7786Recipient.receiveMessage.selector;
    }

    function onInteropResult(bytes32, bool, bytes calldata) external {
        attempt();
    }

    /// @notice Acts as a token: lets the caller have what it wants, after the attempt.
    function transferFrom(address, address to, uint256 amount) external returns (bool) {
        attempt();
        balanceOf[to] += amount;
        return true;
    }

    function attempt() private {
        if (trying) return;
        trying = true;
        (bool success, bytes memory result) = target.call(data);
        trying = false;
        emit Tried(success, result);
    }
}
