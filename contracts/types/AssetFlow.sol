// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Sum of a batch's asset messages for one asset and direction.
/// @param kind As in AssetTransfer.
/// @param destinationChainId Of a hyperbridge send; 0 for withdrawals and deliveries.
/// @param originChainId Chain on which the asset originates.
/// @param originToken Its token there.
/// @param amount Sum over the messages.
struct AssetFlow {
    uint8 kind;
    uint256 destinationChainId;
    uint256 originChainId;
    address originToken;
    uint256 amount;
}
