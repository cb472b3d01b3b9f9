// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetTransfer} from "../types/AssetTransfer.sol";

/// @title Messages that move assets: one packed layout of 190 bytes, without offsets, so that there is one way to read it
/// @notice version 1 (1) ‖ kind (1) ‖ destinationChainId (32) ‖ originChainId (32) ‖ originToken (20) ‖ amount (32) ‖
/// recipient (20) ‖ sender (20) ‖ nonce (32). Only bodies sent by the two asset predeploys count. L1 ignores any other body
/// of theirs, and a receiving chain must refuse it: both by `decode`, so that they agree on what is an asset message.
/// The nonce of a send is fee (16) ‖ number (16): the fee is the part of the amount that the account gets which delivers it. L1 knows no
/// fees; whatever is refunded is refunded whole. A list's nonce is its hash.
library AssetMessage {
    error AmountTooLarge(uint256 limit, uint256 actual);
    error UnknownKind(uint8 kind);

    uint256 internal constant LENGTH = 190;
    uint8 internal constant VERSION = 1;

    uint8 internal constant WITHDRAWAL = 1;
    uint8 internal constant HYPERBRIDGE_SEND = 2;
    uint8 internal constant HYPERBRIDGE_DELIVERY = 3;

    /// @notice A message with a larger amount is not an asset message: sums over any number of batches then cannot overflow, so
    /// that a token with an absurd supply cannot make a batch unexecutable.
    uint256 internal constant MAX_AMOUNT = type(uint128).max;

    address internal constant ASSET_ROUTER = address(0x10003);
    address internal constant BASE_TOKEN = address(0x800a);
    address internal constant NATIVE_TOKEN_VAULT = address(0x10004);

    /// @notice Address that ZK Stack's clients write for a chain's native coin if a token's address is expected.
    address internal constant NATIVE_COIN = address(1);

    /// @notice Whether bodies from this sender can be asset messages.
    function isAssetSender(address sender) internal pure returns (bool) {
        return sender == ASSET_ROUTER || sender == BASE_TOKEN;
    }

    /// @notice The asset's id, as in ZK Stack: a native coin enters as address 1.
    function assetId(uint256 originChainId, address originToken) internal pure returns (bytes32) {
        address token = originToken == address(0) ? NATIVE_COIN : originToken;
        return keccak256(abi.encode(originChainId, NATIVE_TOKEN_VAULT, token));
    }

    /// @notice The nonce of a message with this number, whose delivery pays this fee. Domain: both below 2^128.
    function numbered(uint256 number, uint256 fee) internal pure returns (uint256 nonce) {
        return (fee << 128) | number;
    }

    /// @notice Fee for the delivery of a transfer to an account: at most the amount, whatever its chain claims.
    function feeOf(AssetTransfer memory transfer) internal pure returns (uint256) {
        uint256 fee = transfer.nonce >> 128;
        return fee < transfer.amount ? fee : transfer.amount;
    }

    /// @notice The body. Reverts with UnknownKind or AmountTooLarge.
    function encode(AssetTransfer memory transfer) internal pure returns (bytes memory) {
        if (transfer.kind < WITHDRAWAL || transfer.kind > HYPERBRIDGE_DELIVERY) revert UnknownKind(transfer.kind);
        if (transfer.amount > MAX_AMOUNT) revert AmountTooLarge(MAX_AMOUNT, transfer.amount);
        return abi.encodePacked(
            VERSION,
            transfer.kind,
            transfer.destinationChainId,
            transfer.originChainId,
            transfer.originToken,
            transfer.amount,
            transfer.recipient,
            transfer.sender,
            transfer.nonce
        );
    }

    /// @notice Reads a body. `valid` is false for another length, version or kind and for an amount above the limit; the
    /// other fields are then zero.
    function decode(bytes calldata body) internal pure returns (bool valid, AssetTransfer memory transfer) {
        if (body.length != LENGTH || uint8(body[0]) != VERSION) return (false, transfer);
        uint8 kind = uint8(body[1]);
        uint256 amount = uint256(bytes32(body[86:118]));
        if (kind < WITHDRAWAL || kind > HYPERBRIDGE_DELIVERY || amount > MAX_AMOUNT) return (false, transfer);
        transfer = AssetTransfer({
            kind: kind,
            destinationChainId: uint256(bytes32(body[2:34])),
            originChainId: uint256(bytes32(body[34:66])),
            originToken: address(bytes20(body[66:86])),
            amount: amount,
            recipient: address(bytes20(body[118:138])),
            sender: address(bytes20(body[138:158])),
            nonce: uint256(bytes32(body[158:190]))
        });
        valid = true;
    }
}
