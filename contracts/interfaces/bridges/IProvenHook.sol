// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IHyperlaneHook, IHyperlaneSecurityModule} from "./IHyperlane.sol";
import {IProvenPeer} from "./IProvenPeer.sol";

/// @title A Hyperlane hook and security module (ISM) that attest messages that L1 has executed
/// @notice As a hook it takes the fee of a message that its mailbox has just dispatched, and passes the
/// message's id on as a proven message. As the module on the destination it accepts a message whose id came
/// from the chain that the message names as its origin. It has no validators, and needs no metadata to
/// verify.
/// @dev Trusted: the mailbox on its member. If it says that it dispatched what no application sent, that is
/// accepted on the other side. Not trusted: those who call `postDispatch` and `verify`, who may be anyone.
interface IProvenHook is IProvenPeer, IHyperlaneHook, IHyperlaneSecurityModule {
    event PriceSet(uint32 indexed domain, uint256 weiPerGas);
    /// @param gasLimit Gas for the recipient's `handle` that was paid for.
    event MessagePassed(bytes32 indexed messageId, uint32 indexed destination, uint256 gasLimit, uint256 fee);
    event MessageProven(uint32 indexed origin, bytes32 indexed messageId);

    /// @notice The mailbox has dispatched another message since, or never this one.
    error NotTheLatestMessage(bytes32 expected, bytes32 actual);
    error AlreadyPassed(bytes32 messageId);
    /// @notice Metadata of another variant than 1, or fees in a token.
    error UnsupportedMetadata(uint16 variant, address feeToken);
    error GasTooHigh(uint256 limit, uint256 actual);
    error FeeTooLow(uint256 required, uint256 actual);
    error PaymentFailed(address receiver, uint256 amount);
    error MessageTooShort(uint256 required, uint256 actual);
    error NotAnId(uint256 expected, uint256 actual);

    /// @notice Passes on the message that the mailbox dispatched last, once, for `quoteDispatch`. An excess
    /// payment is refunded to the refund address of the metadata, or else to the message's sender; if that
    /// accepts no coins, the call reverts. Anyone.
    /// @dev Metadata are Hyperlane's of variant 1: variant (2) ‖ value (32) ‖ gas limit (32) ‖ refund address
    /// (20) ‖ fee token (20). Gas is 50,000 where none is named, and 5,000,000 at most. The value is not
    /// brought, as with Hyperlane's own gas paymaster.
    function postDispatch(bytes calldata metadata, bytes calldata message) external payable;

    /// @notice Sets the price of gas on a member. The operator.
    function setPrice(uint32 domain, uint256 weiPerGas) external;

    /// @notice Takes fees. The operator.
    function withdrawFee(address to, uint256 amount) external;

    function priceOf(uint32 domain) external view returns (uint256 weiPerGas);

    function isPassed(bytes32 messageId) external view returns (bool);

    /// @notice Whether the member with this domain has sent this id. What another member says of it counts nothing.
    function isProven(uint32 origin, bytes32 messageId) external view returns (bool);
}
