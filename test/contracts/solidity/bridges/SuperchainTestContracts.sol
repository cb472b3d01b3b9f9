// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Bridgeable} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";
import {IERC7786Recipient} from "../../../../contracts/interfaces/l2/IERC7786.sol";
import {IL2ToL2CrossDomainMessenger} from
    "../../../../contracts/interfaces/bridges/superchain/IL2ToL2CrossDomainMessenger.sol";

/// A token as OpenZeppelin's wizard writes it for the Superchain.
contract SuperchainTestToken is ERC20Bridgeable {
    address internal constant TOKEN_BRIDGE = 0x4200000000000000000000000000000000000028;

    error Unauthorized();

    constructor(address recipient, uint256 amount) ERC20("Mine", "MINE") {
        if (amount != 0) _mint(recipient, amount);
    }

    function _checkTokenBridge(address caller) internal pure override {
        if (caller != TOKEN_BRIDGE) revert Unauthorized();
    }
}

/// Counts its counterparts' messages, answers, and reenters if a test asks for it.
contract SuperchainTestCounter {
    IL2ToL2CrossDomainMessenger internal constant MESSENGER =
        IL2ToL2CrossDomainMessenger(0x4200000000000000000000000000000000000023);

    uint256 public count;
    uint256 public source;
    address public sender;
    bool public refuses;
    bytes public nested;
    bytes public nestedError;

    error Refused(uint256 count);
    error NotTheMessenger();

    function refuse(bool yes) external {
        refuses = yes;
    }

    function nest(bytes calldata call_) external {
        nested = call_;
    }

    function sendTo(uint256 chainId, address target, uint256 answers) external returns (bytes32) {
        return MESSENGER.sendMessage(chainId, target, abi.encodeCall(this.increase, (answers)));
    }

    function increase(uint256 answers) external payable {
        if (msg.sender != address(MESSENGER)) revert NotTheMessenger();
        if (refuses) revert Refused(count);
        (sender, source) = MESSENGER.crossDomainMessageContext();
        ++count;
        if (nested.length != 0) {
            (, nestedError) = address(MESSENGER).call(nested);
            delete nested;
        }
        if (answers != 0) MESSENGER.sendMessage(source, sender, abi.encodeCall(this.increase, (answers - 1)));
    }
}

/// Replaces the interop center: announces each request to send, keeps its value, and hands over messages of a test's choice.
contract SuperchainTestCenter {
    event Sent(address from, bytes recipient, bytes payload, bytes[] attributes, uint256 value);

    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32)
    {
        emit Sent(msg.sender, recipient, payload, attributes, msg.value);
        return keccak256(payload);
    }

    function hand(address recipient, bytes calldata sender, bytes calldata payload) external payable {
        IERC7786Recipient(recipient).receiveMessage{value: msg.value}(bytes32(0), sender, payload);
    }
}

/// A target that keeps what it saw, and a caller that does several things in one transaction.
contract SuperchainTestProbe {
    IL2ToL2CrossDomainMessenger internal constant MESSENGER =
        IL2ToL2CrossDomainMessenger(0x4200000000000000000000000000000000000023);

    struct Seen {
        address caller;
        address sender;
        uint256 source;
        uint256 value;
        address soleSender;
        uint256 soleSource;
    }

    Seen[] public seen;
    bool public refuses;
    /// Target of the call that it makes once, when it is called.
    address public reentered;
    bytes public reentering;
    /// Answers by ERC-165.
    mapping(bytes4 interfaceId => bool) public supportsInterface;

    error Refused(uint256 times);

    function support(bytes4[] calldata interfaceIds) external {
        for (uint256 i = 0; i < interfaceIds.length; ++i) supportsInterface[interfaceIds[i]] = true;
    }

    function refuse(bool yes) external {
        refuses = yes;
    }

    function reenter(address place, bytes calldata with) external {
        (reentered, reentering) = (place, with);
    }

    function note() external payable returns (uint256) {
        if (refuses) revert Refused(seen.length);
        (address sender, uint256 source) = MESSENGER.crossDomainMessageContext();
        seen.push(
            Seen(
                msg.sender,
                sender,
                source,
                msg.value,
                MESSENGER.crossDomainMessageSender(),
                MESSENGER.crossDomainMessageSource()
            )
        );
        _again();
        return seen.length;
    }

    /// All in one transaction; what one of them reverts with is passed on.
    function inTurn(address[] calldata places, bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) _pass(places[i], calls[i]);
    }

    function times() external view returns (uint256) {
        return seen.length;
    }

    receive() external payable {
        if (refuses) revert Refused(seen.length);
        _again();
    }

    function _again() private {
        if (reentered == address(0)) return;
        address place = reentered;
        delete reentered;
        _pass(place, reentering);
    }

    function _pass(address place, bytes memory with) private {
        (bool success, bytes memory returned) = place.call(with);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(returned, 32), mload(returned))
        }
    }
}
