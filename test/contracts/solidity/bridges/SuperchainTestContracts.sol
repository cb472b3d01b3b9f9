// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Bridgeable} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";
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

/// Counts what its counterparts send, answers, and reenters where it is told to.
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
