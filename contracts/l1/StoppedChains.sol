// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {IKnownChains} from "../interfaces/IKnownChains.sol";
import {IStateExit} from "../interfaces/IStateExit.sol";
import {IStateTree, StateLeaf} from "../interfaces/IStateTree.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {Predeploys} from "../l2/Predeploys.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";

/// @notice A chain's contract under the name of what it keeps its versions in.
interface IVersioned {
    function verifiers() external view returns (IVerifierRegistry);
}

/// @title What the last states of stopped chains say
abstract contract StoppedChains is IKnownChains {
    uint8 internal constant STORAGE = 0;
    uint8 internal constant ACCOUNT = 1;
    /// @dev Bits of an account header below the balance.
    uint256 private constant NONCE_BITS = 64;
    /// @dev Slot of `balanceOf` in BridgedToken.
    uint256 private constant BALANCES_SLOT = 0;
    /// @dev Predeploys and the sender of system transactions are below.
    uint160 private constant FIRST_ACCOUNT = 0x100000;

    IChainFactory public immutable factory;

    constructor(IChainFactory factory_) {
        factory = factory_;
    }

    function _stoppedChain(uint256 chainId) internal view returns (IHyperchain chain) {
        chain = IHyperchain(factory.getHyperchain(chainId));
        if (address(chain) == address(0)) revert UnknownChain(chainId);
        if (!chain.exited()) revert IStateExit.ChainNotExited();
    }

    /// @dev Tree of the version under which the chain's last state was proven, also of a retired one.
    function _treeOf(IHyperchain chain) internal view returns (IStateTree) {
        return IVersioned(address(chain)).verifiers().contentOf(chain.getProtocolVersion()).tree;
    }

    /// @dev The leaf of a holding on a chain that settles on `settlementId`, and the amount that its value says. Tokens are those of that
    /// layer; 0 is its coin.
    function _holdingLeaf(uint256 settlementId, address baseToken, address token, address account, uint256 value)
        internal
        pure
        returns (StateLeaf memory leaf, uint256 amount)
    {
        if (token == _plain(baseToken)) {
            return (StateLeaf({kind: ACCOUNT, account: account, slot: 0, value: value}), value >> NONCE_BITS);
        }
        uint256 slot = uint256(keccak256(abi.encode(account, BALANCES_SLOT)));
        leaf = StateLeaf({kind: STORAGE, account: _bridgedToken(settlementId, token), slot: slot, value: value});
        amount = value;
    }

    /// @dev Address at which the native token vault of every chain deploys the counterpart of a token of its
    /// settlement layer, and at which no other contract can deploy.
    function _bridgedToken(uint256 settlementId, address token) internal pure returns (address) {
        return MinimalProxy.predict(
            Predeploys.NATIVE_TOKEN_VAULT,
            Predeploys.BRIDGED_TOKEN_IMPLEMENTATION,
            AssetMessage.assetId(settlementId, token)
        );
    }

    /// @dev The reserve belongs to no account; no key or alias leads there, and nothing shall depend on that.
    function _requireUnreserved(address account) internal pure {
        if (uint160(account) < FIRST_ACCOUNT) revert IStateExit.ReservedAccount(account);
    }

    /// @dev Clients may write ETH as address 1; inside it is 0.
    function _plain(address token) internal pure returns (address) {
        return token == AssetMessage.NATIVE_COIN ? address(0) : token;
    }
}
