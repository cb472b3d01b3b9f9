// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {
    BridgehubL2TransactionRequest,
    L2TransactionRequestDirect,
    L2TransactionRequestDirectTo,
    L2TransactionRequestTwoBridgesInner,
    L2TransactionRequestTwoBridgesOuter
} from "../types/L2Transactions.sol";
import {ChainLookup} from "./ChainLookup.sol";

/// @title Requests of transactions on L2
/// @dev Guarded: base tokens and second bridges are hostile; a request inside a request could take the other's place in the
/// queue between its payment and its entry.
abstract contract RequestRouter is ChainLookup, ReentrancyGuard {
    /// @dev Answer that identifies a second bridge (ZK Stack's value).
    bytes32 private constant TWO_BRIDGES_MAGIC_VALUE = bytes32(uint256(keccak256("TWO_BRIDGES_MAGIC_VALUE")) - 1);

    ISharedBridge private immutable bridge;

    constructor(ISharedBridge bridge_) {
        bridge = bridge_;
    }

    /// @inheritdoc IChainFactory
    function requestL2TransactionDirect(L2TransactionRequestDirect calldata request)
        external
        payable
        nonReentrant
        returns (bytes32 canonicalTxHash)
    {
        uint256 rest;
        (canonicalTxHash, rest) = _requestDirect(request, msg.value);
        _requireSpent(rest);
    }

    /// @inheritdoc IChainFactory
    function requestL2TransactionDirectTo(address hyperchain, L2TransactionRequestDirect calldata request)
        external
        payable
        nonReentrant
        returns (bytes32 canonicalTxHash)
    {
        uint256 rest;
        (canonicalTxHash, rest) = _requestDirectTo(hyperchain, request, msg.value);
        _requireSpent(rest);
    }

    /// @inheritdoc IChainFactory
    function requestL2TransactionsTogether(L2TransactionRequestDirectTo[] calldata requests)
        external
        payable
        nonReentrant
        returns (bytes32[] memory canonicalTxHashes)
    {
        canonicalTxHashes = new bytes32[](requests.length);
        uint256 rest = msg.value;
        for (uint256 i = 0; i < requests.length; i++) {
            (canonicalTxHashes[i], rest) = _requestDirectTo(requests[i].hyperchain, requests[i].request, rest);
        }
        _requireSpent(rest);
    }

    /// @inheritdoc IChainFactory
    function requestL2TransactionTwoBridges(L2TransactionRequestTwoBridgesOuter calldata request)
        external
        payable
        nonReentrant
        returns (bytes32)
    {
        return _requestTwoBridges(request);
    }

    /// @inheritdoc IChainFactory
    function requestL2TransactionTwoBridgesTo(address hyperchain, L2TransactionRequestTwoBridgesOuter calldata request)
        external
        payable
        nonReentrant
        returns (bytes32)
    {
        _requireHyperchain(request.chainId, hyperchain);
        return _requestTwoBridges(request);
    }

    /// @inheritdoc IChainFactory
    function l2TransactionBaseCost(
        uint256 chainId,
        uint256 gasPrice,
        uint256 l2GasLimit,
        uint256 l2GasPerPubdataByteLimit
    ) external view returns (uint256) {
        return _chain(chainId).l2TransactionBaseCost(gasPrice, l2GasLimit, l2GasPerPubdataByteLimit);
    }

    /// @inheritdoc IChainFactory
    function sharedBridge() external view returns (address) {
        return address(bridge);
    }

    /// @inheritdoc IChainFactory
    function assetRouter() external view returns (address) {
        return address(bridge);
    }

    function _requireHyperchain(uint256 chainId, address expected) private view {
        address actual = address(_chain(chainId));
        if (actual != expected) revert WrongHyperchain(chainId, expected, actual);
    }

    /// @param left Of the ETH that came with the call, what no other part of it takes.
    function _requestDirectTo(address hyperchain, L2TransactionRequestDirect calldata request, uint256 left)
        private
        returns (bytes32 canonicalTxHash, uint256 rest)
    {
        _requireHyperchain(request.chainId, hyperchain);
        return _requestDirect(request, left);
    }

    function _requestDirect(L2TransactionRequestDirect calldata request, uint256 left)
        private
        returns (bytes32 canonicalTxHash, uint256 rest)
    {
        IHyperchain chain = _chain(request.chainId);
        rest = _takeBaseToken(chain, request.chainId, request.mintValue, left);
        canonicalTxHash = chain.bridgehubRequestL2Transaction(
            BridgehubL2TransactionRequest({
                sender: msg.sender,
                contractL2: request.l2Contract,
                mintValue: request.mintValue,
                l2Value: request.l2Value,
                l2Calldata: request.l2Calldata,
                l2GasLimit: request.l2GasLimit,
                l2GasPerPubdataByteLimit: request.l2GasPerPubdataByteLimit,
                factoryDeps: request.factoryDeps,
                refundRecipient: _refundRecipient(request.refundRecipient, request.chainId)
            }),
            msg.sender
        );
    }

    function _requestTwoBridges(L2TransactionRequestTwoBridgesOuter calldata request)
        private
        returns (bytes32 canonicalTxHash)
    {
        // An origin with code (EIP-7702) would keep its own address on L2, at the word of a caller that it did not choose.
        if (request.secondBridgeAddress == tx.origin) revert NotASecondBridge(request.secondBridgeAddress, 0);
        IHyperchain chain = _chain(request.chainId);
        if (msg.value < request.secondBridgeValue) revert EtherAmountMismatch(request.secondBridgeValue, msg.value);
        _requireSpent(_takeBaseToken(chain, request.chainId, request.mintValue, msg.value - request.secondBridgeValue));
        ISharedBridge secondBridge = ISharedBridge(request.secondBridgeAddress);
        L2TransactionRequestTwoBridgesInner memory inner = secondBridge.bridgehubDeposit{
            value: request.secondBridgeValue
        }(request.chainId, msg.sender, request.l2Value, request.secondBridgeCalldata);
        if (inner.magicValue != TWO_BRIDGES_MAGIC_VALUE) {
            revert NotASecondBridge(request.secondBridgeAddress, inner.magicValue);
        }
        canonicalTxHash = chain.bridgehubRequestL2Transaction(
            BridgehubL2TransactionRequest({
                sender: request.secondBridgeAddress,
                contractL2: inner.l2Contract,
                mintValue: request.mintValue,
                l2Value: request.l2Value,
                l2Calldata: inner.l2Calldata,
                l2GasLimit: request.l2GasLimit,
                l2GasPerPubdataByteLimit: request.l2GasPerPubdataByteLimit,
                factoryDeps: inner.factoryDeps,
                refundRecipient: _refundRecipient(request.refundRecipient, request.chainId)
            }),
            msg.sender
        );
        secondBridge.bridgehubConfirmL2Transaction(request.chainId, inner.txDataHash, canonicalTxHash);
    }

    /// @dev Refund recipient; by default the caller, not the second bridge. The queue knows contracts by
    /// their code; one that calls from its constructor has none yet, and no account will have its own address
    /// on L2.
    function _refundRecipient(address given, uint256 chainId) private view returns (address) {
        if (given != address(0) && given != msg.sender) return given;
        return AddressAlias.isInConstructor(msg.sender) ? AddressAlias.aliased(msg.sender, chainId) : msg.sender;
    }

    /// @return rest What is left of the ETH that may pay for it.
    function _takeBaseToken(IHyperchain chain, uint256 chainId, uint256 mintValue, uint256 left)
        private
        returns (uint256 rest)
    {
        address token = chain.getBaseToken();
        bool isEther = token == AssetMessage.NATIVE_COIN;
        uint256 etherMint = isEther ? mintValue : 0;
        // Subtraction, because a sum of the caller's numbers could overflow.
        if (left < etherMint) revert EtherAmountMismatch(etherMint, left);
        rest = left - etherMint;
        // A free operation must not depend on whether the base token can be moved.
        if (mintValue == 0) return rest;
        bridge.depositBaseToken{value: etherMint}(chainId, isEther ? address(0) : token, msg.sender, mintValue);
    }

    function _requireSpent(uint256 rest) private view {
        if (rest != 0) revert EtherAmountMismatch(msg.value - rest, msg.value);
    }
}
