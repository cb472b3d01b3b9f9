// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Sends messages with the event by which a chain's sequencer finds them; keeps nothing.
contract TestMessenger {
    event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message);

    function sendToL1(bytes calldata message) external returns (bytes32 hash) {
        hash = keccak256(message);
        emit L1MessageSent(msg.sender, hash, message);
    }
}
