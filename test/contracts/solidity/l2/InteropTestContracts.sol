// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";
import {InteropCallStarter} from "../../../../contracts/interfaces/l2/InteropBundle.sol";
import {IInteropCallback} from "../../../../contracts/interfaces/l2/IInteropHandler.sol";
import {IInteropCenter} from "../../../../contracts/interfaces/l2/IInteropCenter.sol";

/// @notice Receives messages, in the way that the payload's first byte says.
contract InteropRecipient is IERC7786Recipient {
    event Received(address caller, bytes32 receiveId, bytes sender, bytes payload, uint256 value);

    error Refused(uint256 code);

    uint256 public count;

    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4)
    {
        ++count;
        if (payload.length > 0 && payload[0] == 0xff) revert Refused(payload.length);
        if (payload.length > 0 && payload[0] == 0xfe) return 0xdeadbeef;
        if (payload.length > 0 && payload[0] == 0xfd) while (true) ++count;
        if (payload.length > 0 && payload[0] == 0xfc) {
            assembly {
                revert(0, 200000)
            }
        }
        emit Received(msg.sender, receiveId, sender, payload, msg.value);
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Target of calls from interop accounts.
contract CallTarget {
    event Called(address caller, uint256 argument, uint256 value);

    error Odd(uint256 argument);

    function double(uint256 argument) external payable returns (uint256) {
        if (argument % 2 == 1) revert Odd(argument);
        emit Called(msg.sender, argument, msg.value);
        return 2 * argument;
    }

    function longAnswer(uint256 length) external pure returns (bytes memory) {
        return new bytes(length);
    }
}

/// @notice Reverts in every way that is not an error of a contract.
contract WaysToFail {
    function reason() external pure {
        revert("not today");
    }

    function panic() external pure returns (uint256) {
        uint256 none = 0;
        return none - 1;
    }

    function nothing() external pure {
        revert();
    }
}

/// @notice A contract that sends bundles and wants to know how they end.
contract InteropCaller is IInteropCallback {
    event Result(address caller, bytes32 bundleHash, bool success, bytes result);

    bool public refuses;
    uint256 public resultCount;
    IInteropCenter private immutable center;

    constructor(IInteropCenter center_) {
        center = center_;
    }

    receive() external payable {}

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function send(bytes calldata destination, InteropCallStarter[] calldata calls, bytes[] calldata attributes)
        external
        payable
        returns (bytes32)
    {
        return center.sendBundle{value: msg.value}(destination, calls, attributes);
    }

    function onInteropResult(bytes32 bundleHash, bool success, bytes calldata result) external {
        if (refuses) revert("refused");
        ++resultCount;
        emit Result(msg.sender, bundleHash, success, result);
    }
}

/// @notice Takes no base token.
contract RefusesPayment {
    receive() external payable {
        revert("refused");
    }
}
