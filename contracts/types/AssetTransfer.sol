// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @notice Content of an asset message.
/// @param kind 1 withdrawal to L1, 2 hyperbridge send, 3 hyperbridge delivery.
/// @param destinationChainId Where the amount goes: for a withdrawal the chain id of L1, for a delivery the chain that
/// delivers.
/// @param originChainId Chain on which the asset originates.
/// @param originToken Its token there; 0 is that chain's native coin (on L1: ETH).
/// @param amount Below 2^128, the fee of its delivery included.
/// @param recipient The account that receives the amount at the destination.
/// @param sender The account that sent it.
/// @param nonce Tells equal messages apart, and has the fee of its delivery ({AssetMessage}).
struct AssetTransfer {
    uint8 kind;
    uint256 destinationChainId;
    uint256 originChainId;
    address originToken;
    uint256 amount;
    address recipient;
    address sender;
    uint256 nonce;
}
