// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevelopmentToken} from "../../../../contracts/development/DevelopmentToken.sol";
import {AssignJobParam, Origin} from "../../../../contracts/interfaces/bridges/ILayerZero.sol";
import {IDevnetExecutor} from "../../../../contracts/interfaces/bridges/IDevnetExecutor.sol";
import {IHyperlaneHook} from "../../../../contracts/interfaces/bridges/IHyperlane.sol";
import {IProvenDvn} from "../../../../contracts/interfaces/bridges/IProvenDvn.sol";
import {
    CcipDelivery,
    LockOrBurnIn,
    LockOrBurnOut,
    ReleaseOrMintIn
} from "../../../../contracts/interfaces/bridges/ccip/ICcip.sol";
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
    address private target;
    bytes private call;
    bytes public reason;
    bool public hasReentered;

    error Refused(uint256 value);

    receive() external payable {
        ++taken;
    }

    function reentersBy(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
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
        if (what == keccak256("reenter")) (hasReentered, reason) = target.call{value: msg.value}(call);
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

    /// @notice A message whose sender has named a custom hook.
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

/// @notice A pool of CCIP's first version that answers as a test chose, and pays out of its holdings.
contract BridgeTestPool {
    bytes public destToken;
    bytes public poolData;
    uint256 public lies;
    bool public burns;

    function become(bytes calldata destToken_, bytes calldata poolData_, uint256 lies_, bool burns_) external {
        (destToken, poolData, lies, burns) = (destToken_, poolData_, lies_, burns_);
    }

    function lockOrBurn(LockOrBurnIn calldata) external view returns (LockOrBurnOut memory) {
        return LockOrBurnOut(destToken, poolData);
    }

    function releaseOrMint(ReleaseOrMintIn calldata input) external returns (uint256) {
        if (burns) while (true) {}
        (bool success,) = input.localToken
            .call(abi.encodeWithSignature("transfer(address,uint256)", input.receiver, input.sourceDenominatedAmount));
        require(success);
        return input.sourceDenominatedAmount + lies;
    }

    function isSupportedToken(address) external pure returns (bool) {
        return true;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0xaff2afbf || interfaceId == 0x01ffc9a7;
    }
}

/// @notice A receiver that keeps what it gets; refuses where it says so.
contract BridgeTestCcipReceiver {
    uint256 public received;
    uint256 public gasSeen;
    bytes public sender;

    function ccipReceive(CcipDelivery calldata message) external {
        gasSeen = gasleft();
        require(keccak256(message.data) != keccak256("refuse"), "refused");
        sender = message.sender;
        ++received;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x85572ffb || interfaceId == 0x01ffc9a7;
    }
}

/// @notice A token that says who decides for it.
contract BridgeTestToken is DevelopmentToken {
    bytes32 public constant DEFAULT_ADMIN_ROLE = 0;
    address public owner;

    constructor(address owner_) DevelopmentToken("T", "T", owner_, 1e24) {
        owner = owner_;
    }

    function getCCIPAdmin() external view returns (address) {
        return owner;
    }

    function hasRole(bytes32, address account) external view returns (bool) {
        return account == owner;
    }
}
