// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAtomicLinks, ILinkRecipient} from "../../../../contracts/interfaces/l2/IAtomicLinks.sol";
import {IL1Messenger} from "../../../../contracts/interfaces/l2/IL1Messenger.sol";
import {Predeploys} from "../../../../contracts/l2/Predeploys.sol";

/// @notice Counts amounts of links from other chains, unless it is stopped, and sends links.
contract LinkCounter is ILinkRecipient {
    IAtomicLinks private immutable links;
    uint256 public received;
    uint256 public sent;
    bool private isStopped;
    uint256 private lastBlock = type(uint256).max;
    bytes private repeated;

    error NotFromLinks(address caller);
    error Stopped();

    constructor(IAtomicLinks links_) {
        links = links_;
    }

    function stop(bool stopped) external {
        isStopped = stopped;
    }

    /// @notice Refuses everything after the given number of further blocks; 0 ends the refusals.
    function failAfter(uint256 blocks) external {
        lastBlock = blocks == 0 ? type(uint256).max : block.number + blocks;
    }

    /// @notice Calls the other contract with this while it is called.
    function repeat(bytes calldata call) external {
        repeated = call;
    }

    function add(uint256 toChain, address recipient, uint256 amount, uint64 expires) external {
        if (block.number > lastBlock) revert Stopped();
        sent += amount;
        links.send(toChain, recipient, abi.encode(amount), expires);
    }

    /// @notice Sends a link after another message.
    function addAfterMessage(uint256 toChain, address recipient, uint256 amount, uint64 expires) external {
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(hex"01");
        links.send(toChain, recipient, abi.encode(amount), expires);
    }

    /// @inheritdoc ILinkRecipient
    function onLink(uint256, address, bytes calldata data) external {
        if (msg.sender != address(links)) revert NotFromLinks(msg.sender);
        if (isStopped || block.number > lastBlock) revert Stopped();
        if (repeated.length != 0) {
            (bool success, bytes memory answer) = address(links).call(repeated);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
        received += abi.decode(data, (uint256));
    }
}
