// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Messages between the two ends of a gateway (IGatewayEnd)
/// @notice Packed, so that there is one way to read it: header (32) ‖ nonce (16) ‖ gas (8) ‖ sender (20) ‖ recipient (20) ‖ payload.
library GatewayMessage {
    bytes4 internal constant TAG = bytes4(keccak256("hyperchain.gateway-message.v1"));
    bytes32 private constant ID_TAG = keccak256("hyperchain.gateway-message-id.v1");
    /// @notice Bytes before the payload.
    uint256 internal constant PAYLOAD_AT = 96;

    /// @notice The end that a message is for: tag (4) ‖ chain id (8) ‖ contract (20).
    function header(uint256 chainId, address gateway) internal pure returns (bytes32) {
        return bytes32(abi.encodePacked(TAG, uint64(chainId), gateway));
    }

    /// @notice A message's name on both ends. The sending end's nonce makes each another.
    function idOf(uint256 sourceChainId, bytes memory message) internal pure returns (bytes32) {
        return keccak256(abi.encode(ID_TAG, sourceChainId, keccak256(message)));
    }
}
