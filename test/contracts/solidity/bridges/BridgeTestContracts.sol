// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssignJobParam, Origin} from "../../../../contracts/interfaces/bridges/ILayerZero.sol";
import {IDevnetExecutor} from "../../../../contracts/interfaces/bridges/IDevnetExecutor.sol";
import {IHyperlaneHook} from "../../../../contracts/interfaces/bridges/IHyperlane.sol";
import {IProvenDvn} from "../../../../contracts/interfaces/bridges/IProvenDvn.sol";
import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";

/// @notice Tells what it is asked to send, and hands over what a test says that it got.
contract BridgeTestGateway {
    event Sent(address from, bytes recipient, bytes payload, bytes attribute);

    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32)
    {
        emit Sent(msg.sender, recipient, payload, attributes[0]);
        return keccak256(payload);
    }

    function hand(address recipient, bytes calldata sender, bytes calldata payload) external payable {
        IERC7786Recipient(recipient).receiveMessage{value: msg.value}(bytes32(0), sender, payload);
    }
}

/// @notice A send library and a receive library: assigns, owes, and keeps what is verified.
contract BridgeTestLibrary {
    mapping(bytes32 header => mapping(bytes32 payload => mapping(address dvn => uint64 confirmations))) public verified;
    mapping(address worker => uint256 owed) public fees;

    receive() external payable {}

    function assign(IProvenDvn dvn, AssignJobParam calldata job) external {
        fees[address(dvn)] += dvn.assignJob(job, "");
    }

    function assignTo(IDevnetExecutor executor, uint32 eid, bytes calldata options) external {
        fees[address(executor)] += executor.assignJob(eid, msg.sender, 0, options);
    }

    function withdrawFee(address to, uint256 amount) external {
        fees[msg.sender] -= amount;
        (bool success,) = to.call{value: amount}("");
        require(success);
    }

    function verify(bytes calldata header, bytes32 payloadHash, uint64 confirmations) external {
        verified[keccak256(header)][payloadHash][msg.sender] = confirmations;
    }
}

/// @notice Hands what an executor brings to its receiver, and tells of failures.
contract BridgeTestEndpoint {
    event Alert(address receiver, uint256 gasGiven, uint256 value, bytes reason);

    function lzReceive(Origin calldata, address receiver, bytes32, bytes calldata message, bytes calldata)
        external
        payable
    {
        BridgeTestReceiver(payable(receiver)).take{value: msg.value}(message);
    }

    function lzReceiveAlert(
        Origin calldata,
        address receiver,
        bytes32,
        uint256 gasGiven,
        uint256 value,
        bytes calldata,
        bytes calldata,
        bytes calldata reason
    ) external {
        emit Alert(receiver, gasGiven, value, reason);
    }

    function lzCompose(address, address to, bytes32, uint16, bytes calldata message, bytes calldata) external payable {
        BridgeTestReceiver(payable(to)).take{value: msg.value}(message);
    }

    function lzComposeAlert(
        address,
        address to,
        bytes32,
        uint16,
        uint256 gasGiven,
        uint256 value,
        bytes calldata,
        bytes calldata,
        bytes calldata reason
    ) external {
        emit Alert(to, gasGiven, value, reason);
    }
}

/// @notice Does what its message says.
contract BridgeTestReceiver {
    uint256 public taken;
    uint256 public gasSeen;

    error Refused(uint256 value);

    receive() external payable {
        ++taken;
    }

    function take(bytes calldata message) external payable {
        gasSeen = gasleft();
        bytes32 what = keccak256(message);
        if (what == keccak256("burn")) while (true) {}
        if (what == keccak256("revert")) revert Refused(msg.value);
        if (what == keccak256("megabyte")) {
            assembly {
                revert(0, 1000000)
            }
        }
        ++taken;
    }
}

/// @notice Dispatches what a test says, by a hook, as a Hyperlane mailbox does.
contract BridgeTestMailbox {
    bytes32 public latestDispatchedId;

    function dispatch(IHyperlaneHook hook, bytes calldata metadata, bytes calldata message) external payable {
        latestDispatchedId = keccak256(message);
        hook.postDispatch{value: msg.value}(metadata, message);
    }

    /// @notice A message whose sender has named a hook of its own.
    function dispatchElsewhere(bytes calldata message) external {
        latestDispatchedId = keccak256(message);
    }
}

/// @notice Gets what is left of a fee, and posts the same message once more.
contract BridgeTestRefunded {
    IHyperlaneHook private immutable hook;
    bytes private message;
    bytes public reason;

    constructor(IHyperlaneHook hook_) {
        hook = hook_;
    }

    receive() external payable {
        try hook.postDispatch{value: msg.value}("", message) {
            reason = "posted again";
        } catch (bytes memory thrown) {
            reason = thrown;
        }
    }

    function repeats(bytes calldata message_) external {
        message = message_;
    }
}
