// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Origin of a packet, in the terms of LayerZero's endpoint.
struct Origin {
    uint32 srcEid;
    bytes32 sender;
    uint64 nonce;
}

/// @notice Job of a DVN for a packet, from a send library.
struct AssignJobParam {
    uint32 dstEid;
    bytes packetHeader;
    bytes32 payloadHash;
    uint64 confirmations;
    address sender;
}

/// @title What this project's contracts call of a LayerZero send library
interface ILayerZeroSendLibrary {
    function withdrawFee(address to, uint256 amount) external;
}

/// @title What this project's contracts call of a LayerZero receive library
interface ILayerZeroReceiveLibrary {
    function verify(bytes calldata packetHeader, bytes32 payloadHash, uint64 confirmations) external;
}

/// @title What this project's contracts call of LayerZero's endpoint
interface ILayerZeroEndpoint {
    function lzReceive(
        Origin calldata origin,
        address receiver,
        bytes32 guid,
        bytes calldata message,
        bytes calldata extraData
    ) external payable;

    function lzReceiveAlert(
        Origin calldata origin,
        address receiver,
        bytes32 guid,
        uint256 gasGiven,
        uint256 value,
        bytes calldata message,
        bytes calldata extraData,
        bytes calldata reason
    ) external;

    function lzCompose(
        address from,
        address to,
        bytes32 guid,
        uint16 index,
        bytes calldata message,
        bytes calldata extraData
    ) external payable;

    function lzComposeAlert(
        address from,
        address to,
        bytes32 guid,
        uint16 index,
        uint256 gasGiven,
        uint256 value,
        bytes calldata message,
        bytes calldata extraData,
        bytes calldata reason
    ) external;
}
