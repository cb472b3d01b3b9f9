// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource} from "../interfaces/l2/IERC7786.sol";
import {IInteropAttributes} from "../interfaces/l2/IInteropAttributes.sol";
import {IInteropCenter} from "../interfaces/l2/IInteropCenter.sol";
import {InteroperableAddress} from "./InteroperableAddress.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice A token that the sender wants to travel with a bundle.
struct RequestedToken {
    address token;
    uint256 amount;
    address recipient;
}

/// @notice Options of a bundle, from its attributes.
struct BundleOptions {
    uint256 relayerReward;
    uint256 gasLimit;
    address executionAddress;
    address refundRecipient;
    uint256 callbackGasLimit;
    uint256 callbackReward;
    uint256 expiresAt;
    address valueToken;
    RequestedToken[] tokens;
}

/// @title Reading the attributes of calls and bundles
library InteropAttributes {
    uint256 internal constant DEFAULT_GAS = 1_000_000;
    /// @notice Maximum gas for the calls of a bundle and its callback together. With it, the delivery of a
    /// bundle at all limits, or of its outcome, fits the 8,000,000 gas with which an operation can be forced
    /// onto a chain from L1.
    uint256 internal constant MAX_GAS = 5_000_000;
    uint256 internal constant MAX_TOKENS = 8;

    function isCallAttribute(bytes4 selector) internal pure returns (bool) {
        return selector == IInteropAttributes.interopCallValue.selector || selector == IInteropAttributes.shadowAccount.selector;
    }

    function isBundleAttribute(bytes4 selector) internal pure returns (bool) {
        return selector == IInteropAttributes.executionAddress.selector || selector == IInteropAttributes.relayerReward.selector
            || selector == IInteropAttributes.gasLimit.selector || selector == IInteropAttributes.refundRecipient.selector
            || selector == IInteropAttributes.callback.selector || selector == IInteropAttributes.transferToken.selector
            || selector == IInteropAttributes.destinationBaseToken.selector || selector == IInteropAttributes.expiresAt.selector;
    }

    function selectorOf(bytes calldata attribute) internal pure returns (bytes4) {
        if (attribute.length < 4) revert IERC7786GatewaySource.UnsupportedAttribute(bytes4(0));
        return bytes4(attribute[:4]);
    }

    /// @notice Reads a call's attributes. `mixed` lets those of bundles pass, which `readBundle` reads.
    function readCall(bytes[] calldata attributes, bool mixed) internal pure returns (uint256 value, bool fromAccount) {
        for (uint256 i = 0; i < attributes.length; ++i) {
            bytes4 selector = selectorOf(attributes[i]);
            if (selector == IInteropAttributes.interopCallValue.selector) {
                value = abi.decode(attributes[i][4:], (uint256));
            } else if (selector == IInteropAttributes.shadowAccount.selector) {
                fromAccount = true;
            } else if (!mixed || !isBundleAttribute(selector)) {
                revert IERC7786GatewaySource.UnsupportedAttribute(selector);
            }
        }
    }

    /// @notice Reads a bundle's attributes. `mixed` lets those of calls pass, which `readCall` reads.
    function readBundle(bytes[] calldata attributes, bool mixed, address sender)
        internal
        pure
        returns (BundleOptions memory options)
    {
        options.gasLimit = DEFAULT_GAS;
        options.refundRecipient = sender;
        options.valueToken = Predeploys.BASE_TOKEN;
        options.tokens = new RequestedToken[](_countTokens(attributes));
        uint256 tokens = 0;
        for (uint256 i = 0; i < attributes.length; ++i) {
            bytes4 selector = selectorOf(attributes[i]);
            bytes calldata arguments = attributes[i][4:];
            if (selector == IInteropAttributes.relayerReward.selector) {
                options.relayerReward = abi.decode(arguments, (uint256));
            } else if (selector == IInteropAttributes.gasLimit.selector) {
                options.gasLimit = abi.decode(arguments, (uint256));
            } else if (selector == IInteropAttributes.refundRecipient.selector) {
                options.refundRecipient = abi.decode(arguments, (address));
            } else if (selector == IInteropAttributes.callback.selector) {
                (options.callbackGasLimit, options.callbackReward) = abi.decode(arguments, (uint256, uint256));
            } else if (selector == IInteropAttributes.transferToken.selector) {
                RequestedToken memory token = abi.decode(arguments, (RequestedToken));
                bool lost = token.recipient == address(0) || token.recipient == Predeploys.INTEROP_HANDLER;
                if (lost) revert IInteropCenter.InvalidRecipient(abi.encodePacked(token.recipient));
                options.tokens[tokens++] = token;
            } else if (selector == IInteropAttributes.destinationBaseToken.selector) {
                options.valueToken = abi.decode(arguments, (address));
            } else if (selector == IInteropAttributes.expiresAt.selector) {
                options.expiresAt = abi.decode(arguments, (uint256));
            } else if (selector == IInteropAttributes.executionAddress.selector) {
                options.executionAddress = _accountIn(arguments);
            } else if (!mixed || !isCallAttribute(selector)) {
                revert IERC7786GatewaySource.UnsupportedAttribute(selector);
            }
        }
        _requireWithinLimit(options.gasLimit, options.callbackGasLimit);
        bool nowhere = options.refundRecipient == address(0) || options.refundRecipient == Predeploys.INTEROP_HANDLER;
        if (nowhere) revert IInteropCenter.InvalidRecipient(abi.encodePacked(options.refundRecipient));
    }

    function _countTokens(bytes[] calldata attributes) private pure returns (uint256 count) {
        for (uint256 i = 0; i < attributes.length; ++i) {
            if (selectorOf(attributes[i]) == IInteropAttributes.transferToken.selector) ++count;
        }
        if (count > MAX_TOKENS) revert IInteropCenter.TooManyTokens(MAX_TOKENS, count);
    }

    function _requireWithinLimit(uint256 gas, uint256 callbackGas) private pure {
        if (gas > MAX_GAS) revert IInteropCenter.GasLimitTooHigh(MAX_GAS, gas);
        // Not added up, which could overflow.
        uint256 left = MAX_GAS - gas;
        if (callbackGas > left) revert IInteropCenter.GasLimitTooHigh(left, callbackGas);
    }

    /// @dev The account in the encoding of one `bytes` argument; its chain is the destination, whatever it says.
    function _accountIn(bytes calldata arguments) private pure returns (address account) {
        uint256 length = uint256(bytes32(arguments[32:64]));
        (, account) = InteroperableAddress.parse(arguments[64:64 + length]);
    }
}
