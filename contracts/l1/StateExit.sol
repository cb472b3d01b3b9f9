// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {HoldingProof, IStateExit, UndeliveredTransfer} from "../interfaces/IStateExit.sol";
import {IStateTree, StateKey, StateLeaf} from "../interfaces/IStateTree.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {MinimalProxy} from "../l2/MinimalProxy.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {L2Message} from "../types/L2Transactions.sol";

/// @notice A chain's contract under the name of what it keeps its versions in.
interface IVersioned {
    function verifiers() external view returns (IVerifierRegistry);
}

/// @title Claims against the last state of stopped chains
contract StateExit is IStateExit {
    uint8 private constant STORAGE = 0;
    uint8 private constant ACCOUNT = 1;
    /// @dev Bits of an account header below the balance.
    uint256 private constant NONCE_BITS = 64;
    /// @dev Slot of `balanceOf` in BridgedToken.
    uint256 private constant BALANCES_SLOT = 0;
    /// @dev Slot of `delivered` in L2AssetRouter.
    uint256 private constant DELIVERED_SLOT = 1;
    /// @dev Predeploys and the sender of system transactions are below.
    uint160 private constant FIRST_ACCOUNT = 0x100000;

    IChainFactory public immutable factory;

    /// @inheritdoc IStateExit
    mapping(uint256 chainId => mapping(address account => mapping(address token => uint256))) public claimed;
    /// @inheritdoc IStateExit
    mapping(uint256 sourceChainId => mapping(bytes32 messageHash => bool)) public isTransferRefunded;

    constructor(IChainFactory factory_) {
        factory = factory_;
    }

    /// @inheritdoc IStateExit
    function claimHolding(
        uint256 chainId,
        address token,
        uint256 amount,
        address recipient,
        HoldingProof calldata proof
    ) external {
        if (token == AssetMessage.NATIVE_COIN) token = address(0);
        if (amount == 0) revert NothingToClaim();
        if (recipient == address(0)) revert ZeroRecipient();
        address account = AddressAlias.l2Sender(msg.sender);
        // The reserve belongs to no account; no key or alias leads there, and nothing shall depend on that.
        if (uint160(account) < FIRST_ACCOUNT) revert ReservedAccount(account);
        uint256 holding = _holding(chainId, token, account, proof);
        uint256 before = claimed[chainId][account][token];
        if (before > holding || amount > holding - before) revert ClaimTooLarge(holding, before, amount);
        claimed[chainId][account][token] = before + amount;
        emit HoldingClaimed(chainId, account, token, recipient, amount);
        ISharedBridge(factory.sharedBridge()).payHolding(chainId, token, recipient, amount);
    }

    /// @inheritdoc IStateExit
    function refundTransfer(UndeliveredTransfer calldata sent, address recipient) external {
        if (recipient == address(0)) revert ZeroRecipient();
        (bool valid, AssetTransfer memory transfer) = AssetMessage.decode(sent.message);
        if (!valid || transfer.kind != AssetMessage.HYPERBRIDGE_SEND) revert NotATransfer();
        if (transfer.originChainId != block.chainid) revert AssetNotOnL1(transfer.originChainId, transfer.originToken);
        // What the handler returns is the refund of somebody who called from the stopped chain.
        address owner = transfer.sender == Predeploys.INTEROP_HANDLER ? transfer.recipient : transfer.sender;
        address account = AddressAlias.l2Sender(msg.sender);
        if (account != owner) revert NotTheOwner(owner, account);
        bytes32 messageHash = keccak256(sent.message);
        _requireSent(sent);
        address token = transfer.originToken == AssetMessage.NATIVE_COIN ? address(0) : transfer.originToken;
        ISharedBridge bridge = ISharedBridge(factory.sharedBridge());
        uint256 destination = transfer.destinationChainId;
        bool isRefused = bridge.isRefused(sent.sourceChainId, sent.batchNumber, destination);
        // What L1 refused never reaches its destination: only the chain that sent it can have given it back.
        _requireNotPaid(isRefused ? sent.sourceChainId : destination, sent, messageHash);
        if (isTransferRefunded[sent.sourceChainId][messageHash]) {
            revert TransferAlreadyRefunded(sent.sourceChainId, messageHash);
        }
        isTransferRefunded[sent.sourceChainId][messageHash] = true;
        emit TransferRefunded(sent.sourceChainId, messageHash, destination, recipient, token, transfer.amount);
        if (isRefused) {
            bridge.payHolding(sent.sourceChainId, token, recipient, transfer.amount);
        } else {
            bridge.payTransit(destination, token, recipient, transfer.amount);
        }
    }

    function _requireSent(UndeliveredTransfer calldata sent) private view {
        L2Message memory message =
            L2Message({txNumberInBatch: 0, sender: AssetMessage.ASSET_ROUTER, data: sent.message});
        bool included = factory.proveL2MessageInclusion(
            sent.sourceChainId, sent.batchNumber, sent.messageIndex, message, sent.merkleProof
        );
        if (!included) revert MessageNotIncluded(sent.sourceChainId, sent.batchNumber, sent.messageIndex);
    }

    /// @dev The flag is set once and never cleared, so a leaf for it means delivery, or on the sending chain a refund, whatever
    /// its value.
    function _requireNotPaid(uint256 chainId, UndeliveredTransfer calldata sent, bytes32 messageHash) private view {
        bytes32 flag = keccak256(abi.encode(sent.sourceChainId, messageHash));
        uint256 slot = uint256(keccak256(abi.encode(flag, DELIVERED_SLOT)));
        IHyperchain chain = _stoppedChain(chainId);
        bytes32 expected = chain.executedStateRoot();
        StateKey memory key = StateKey({kind: STORAGE, account: AssetMessage.ASSET_ROUTER, slot: slot});
        bytes32 actual = _treeOf(chain).computeRootWithout(key, sent.low, sent.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
    }

    function _stoppedChain(uint256 chainId) private view returns (IHyperchain chain) {
        chain = IHyperchain(factory.getHyperchain(chainId));
        if (address(chain) == address(0)) revert UnknownChain(chainId);
        if (!chain.exited()) revert ChainNotExited();
    }

    /// @dev What the chain's last state says.
    function _holding(uint256 chainId, address token, address account, HoldingProof calldata proof)
        private
        view
        returns (uint256)
    {
        IHyperchain chain = _stoppedChain(chainId);
        address baseToken = chain.getBaseToken();
        bool isBaseToken = token == (baseToken == AssetMessage.NATIVE_COIN ? address(0) : baseToken);
        StateLeaf memory leaf = isBaseToken
            ? StateLeaf({kind: ACCOUNT, account: account, slot: 0, value: proof.value})
            : StateLeaf({
                kind: STORAGE,
                account: _bridgedToken(token),
                slot: uint256(keccak256(abi.encode(account, BALANCES_SLOT))),
                value: proof.value
            });
        bytes32 expected = chain.executedStateRoot();
        bytes32 actual = _treeOf(chain).computeRoot(leaf, proof.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
        return isBaseToken ? proof.value >> NONCE_BITS : proof.value;
    }

    /// @dev Of the version under which the chain's last state was proven, be that retired or not.
    function _treeOf(IHyperchain chain) private view returns (IStateTree) {
        return IVersioned(address(chain)).verifiers().contentOf(chain.getProtocolVersion()).tree;
    }

    /// @dev Where the native token vault of every chain deploys an L1 token's counterpart, and no other contract can deploy.
    function _bridgedToken(address token) private view returns (address) {
        return MinimalProxy.predict(
            Predeploys.NATIVE_TOKEN_VAULT,
            Predeploys.BRIDGED_TOKEN_IMPLEMENTATION,
            AssetMessage.assetId(block.chainid, token)
        );
    }
}
