// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {HoldingProof, IStateExit} from "../interfaces/IStateExit.sol";
import {IStateTree, StateLeaf} from "../interfaces/IStateTree.sol";
import {MinimalProxy} from "../l2/MinimalProxy.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";

/// @title Claims against the last state of stopped chains
contract StateExit is IStateExit {
    uint8 private constant STORAGE = 0;
    uint8 private constant ACCOUNT = 1;
    /// @dev Bits of an account header below the balance.
    uint256 private constant NONCE_BITS = 64;
    /// @dev Slot of `balanceOf` in BridgedToken.
    uint256 private constant BALANCES_SLOT = 0;
    /// @dev Predeploys and the sender of system transactions are below.
    uint160 private constant FIRST_ACCOUNT = 0x100000;

    IChainFactory public immutable factory;
    /// @notice Hashes the proofs.
    IStateTree public immutable tree;

    /// @inheritdoc IStateExit
    mapping(uint256 chainId => mapping(address account => mapping(address token => uint256))) public claimed;

    constructor(IChainFactory factory_, IStateTree tree_) {
        factory = factory_;
        tree = tree_;
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
        // The reserve is nobody's; no key or alias leads there, and nothing shall depend on that.
        if (uint160(account) < FIRST_ACCOUNT) revert ReservedAccount(account);
        uint256 holding = _holding(chainId, token, account, proof);
        uint256 before = claimed[chainId][account][token];
        if (before > holding || amount > holding - before) revert ClaimTooLarge(holding, before, amount);
        claimed[chainId][account][token] = before + amount;
        emit HoldingClaimed(chainId, account, token, recipient, amount);
        ISharedBridge(factory.sharedBridge()).payHolding(chainId, token, recipient, amount);
    }

    /// @dev What the chain's last state says.
    function _holding(uint256 chainId, address token, address account, HoldingProof calldata proof)
        private
        view
        returns (uint256)
    {
        address chain = factory.getHyperchain(chainId);
        if (chain == address(0)) revert UnknownChain(chainId);
        if (!IHyperchain(chain).exited()) revert ChainNotExited();
        address baseToken = IHyperchain(chain).getBaseToken();
        bool isBaseToken = token == (baseToken == AssetMessage.NATIVE_COIN ? address(0) : baseToken);
        StateLeaf memory leaf = isBaseToken
            ? StateLeaf({kind: ACCOUNT, account: account, slot: 0, value: proof.value})
            : StateLeaf({
                kind: STORAGE,
                account: _bridgedToken(token),
                slot: uint256(keccak256(abi.encode(account, BALANCES_SLOT))),
                value: proof.value
            });
        bytes32 expected = IHyperchain(chain).executedStateRoot();
        bytes32 actual = tree.computeRoot(leaf, proof.path);
        if (actual != expected) revert StateRootMismatch(expected, actual);
        return isBaseToken ? proof.value >> NONCE_BITS : proof.value;
    }

    /// @dev Where the native token vault of every chain deploys an L1 token's counterpart, and nobody else can deploy.
    function _bridgedToken(address token) private view returns (address) {
        return MinimalProxy.predict(
            Predeploys.NATIVE_TOKEN_VAULT,
            Predeploys.BRIDGED_TOKEN_IMPLEMENTATION,
            AssetMessage.assetId(block.chainid, token)
        );
    }
}
